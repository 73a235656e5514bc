import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Provider } from '../../src/core/ports.ts'
import type { VaultAuth } from '../../src/providers/vault/settings.ts'
import { canary, findLeaks } from '../support/canary.ts'
import { authorityPem, clientKeyPem, clientPem } from '../support/certificates.ts'
import { everythingIn } from '../support/everything-in.ts'
import { signJwt } from '../support/sign-jwt.ts'
import { type VaultServer, vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, textIn, type VaultWorkplace } from '../support/vault-workplace.ts'

describe.each(vaultServerKinds())('logging in to Vault, on $name', kind => {
  let place: VaultWorkplace
  let server: VaultServer
  beforeAll(async () => {
    place = await createVaultWorkplace(await kind.start({ tls: true }))
    server = place.server
    await place.put('app/x', { a: '1' })
  })
  afterEach(() => place.clear())
  afterAll(async () => {
    place[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  const tls = () => ({ caFile: place.file('ca.pem', authorityPem) })
  const open = (auth: VaultAuth, more: object = {}) => place.open(auth, { tls: { ...tls(), ...more } })
  const read = (provider: Provider) => place.read(provider, 'vault:secret/app/x')
  const fieldOf = async (provider: Provider) => (await read(provider)).fields.get('a')?.content
  const failure = (provider: Provider) =>
    read(provider).then(
      () => undefined,
      (error: unknown) => error,
    )

  describe('by AppRole', () => {
    const wrapped = async (path: string, body: object) =>
      textIn(await server.call('POST', path, body, { 'x-vault-wrap-ttl': '60s' }), 'wrap_info', 'token')
    const wrappedAuth = (wrappingToken: string): VaultAuth => ({
      method: 'approle',
      mount: 'approle',
      roleId: place.roleId,
      wrappedSecretIdFile: place.file('wrapped', wrappingToken),
    })
    const newWrapped = () => wrapped('auth/approle/role/app/secret-id', {})

    it('reads role id and secret id from their files', async () => {
      expect(await fieldOf(open(await place.appRole()))).toBe('1')
      expect(place.journal.lines).toContainEqual(
        expect.objectContaining({
          event: 'logged_in',
          fields: { provider: 'vault', method: 'approle', mount: 'approle', ttl_ms: 60_000 },
        }),
      )
    })

    it('reads them again at the next login', async () => {
      const secretId = await place.newSecretId()
      const secretIdFile = place.file('secret_id', secretId)
      const provider = open({ method: 'approle', mount: 'approle', roleId: place.roleId, secretIdFile })
      await read(provider)
      await server.call('POST', 'auth/approle/role/app/secret-id/destroy', { secret_id: secretId })
      place.file('secret_id', await place.newSecretId())
      await place.revokeTokens('approle')
      expect(await fieldOf(provider)).toBe('1')
      expect(place.count('logged_in')).toBe(2)
    })

    it('reads a secret id once and removes it where that is wanted, and takes a new one in its place', async () => {
      const auth = { ...(await place.appRole()), remove: true }
      if (auth.method !== 'approle' || auth.secretIdFile === undefined) return expect.unreachable()
      const provider = open(auth)
      for (let login = 1; login <= 3; login += 1) {
        expect(await fieldOf(provider)).toBe('1')
        expect(existsSync(auth.secretIdFile)).toBe(false)
        expect(place.count('logged_in')).toBe(login)
        await place.revokeTokens('approle')
        if (login === 2) await place.appRole()
      }
      expect(existsSync(auth.roleIdFile ?? '')).toBe(true)
    })

    it('is refused with a wrong secret id, showing nothing of it', async () => {
      const secretIdFile = place.file('wrong', canary('wrong'))
      const auth = { method: 'approle', mount: 'approle', roleId: place.roleId, secretIdFile } as const
      const error = await failure(open(auth))
      expect(error).toMatchObject({ kind: 'unauthenticated', message: 'vault refused the login by approle' })
      expect(findLeaks(everythingIn(error))).toEqual([])
    })

    it('opens a wrapped secret id once, and keeps it for the next login', async () => {
      const auth = wrappedAuth(await newWrapped())
      const provider = open(auth)
      expect(await fieldOf(provider)).toBe('1')
      await place.revokeTokens('approle')
      expect(await fieldOf(provider)).toBe('1')
      expect(place.count('logged_in')).toBe(2)
      expect(await failure(open(auth))).toMatchObject({
        kind: 'unauthenticated',
        message: 'the wrapping token of the secret_id is used or has expired',
      })
    })

    it('takes a new wrapping token from the file', async () => {
      const provider = open(wrappedAuth('used-up'))
      expect(await failure(provider)).toMatchObject({ kind: 'unauthenticated' })
      place.file('wrapped', await newWrapped())
      expect(await fieldOf(provider)).toBe('1')
    })

    it('refuses what was wrapped anywhere else, and does not open it', async () => {
      const foreign = await wrapped('sys/wrapping/wrap', { secret_id: 'planted' })
      expect(await failure(open(wrappedAuth(foreign)))).toMatchObject({
        kind: 'unauthenticated',
        message: 'the wrapped secret_id was not made at auth/approle/role/.../secret-id',
      })
      const still = await server.call('POST', 'sys/wrapping/unwrap', { token: foreign })
      expect(textIn(still, 'data', 'secret_id')).toBe('planted')
    })
  })

  it('by a JWT, read afresh at each login', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await server.call('POST', 'sys/auth/ci', { type: 'jwt' })
    await server.call('POST', 'auth/ci/config', { jwt_validation_pubkeys: [pemOf(publicKey)] })
    await server.call('POST', 'auth/ci/role/app', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['keyturn'],
      token_policies: ['app'],
    })
    const now = Math.floor(Date.now() / 1_000)
    const claims = { sub: 'app', aud: 'keyturn', iat: now, exp: now + 600 }
    const tokenFile = place.file('jwt', signJwt({ ...claims, aud: 'other' }, privateKey))
    const provider = open({ method: 'jwt', mount: 'ci', role: 'app', tokenFile })
    expect(await failure(provider)).toMatchObject({ kind: 'unauthenticated' })
    place.file('jwt', signJwt(claims, privateKey))
    expect(await fieldOf(provider)).toBe('1')
  })

  it('by a Kubernetes service account', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await using cluster = await startTokenReviews()
    await server.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
    await server.call('POST', 'auth/kubernetes/config', {
      kubernetes_host: cluster.address,
      kubernetes_ca_cert: authorityPem,
      pem_keys: [pemOf(publicKey)],
      disable_iss_validation: true,
      token_reviewer_jwt: 'reviewer',
    })
    await server.call('POST', 'auth/kubernetes/role/app', {
      bound_service_account_names: 'my-api',
      bound_service_account_namespaces: 'prod',
      token_policies: 'app',
    })
    const now = Math.floor(Date.now() / 1_000)
    const token = signJwt(
      {
        iss: 'https://kubernetes.default.svc',
        sub: 'system:serviceaccount:prod:my-api',
        iat: now,
        nbf: now,
        exp: now + 600,
        'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'my-api', uid: 'u-1' } },
      },
      privateKey,
    )
    const tokenFile = place.file('token', token)
    const provider = open({ method: 'kubernetes', mount: 'kubernetes', role: 'app', tokenFile })
    expect(await fieldOf(provider)).toBe('1')
  })

  it('by the certificate of the connection', async () => {
    await server.call('POST', 'sys/auth/cert', { type: 'cert' })
    await server.call('POST', 'auth/cert/certs/app', {
      certificate: authorityPem,
      allowed_common_names: 'my-api',
      token_policies: 'app',
    })
    const auth = { method: 'cert', mount: 'cert', name: 'app' } as const
    expect(await failure(open(auth))).toMatchObject({ kind: 'unauthenticated' })
    const certificate = {
      clientCertFile: place.file('client.pem', clientPem),
      clientKeyFile: place.file('client-key.pem', clientKeyPem),
    }
    expect(await fieldOf(open(auth, certificate))).toBe('1')
    expect(await fieldOf(open({ method: 'cert', mount: 'cert' }, certificate))).toBe('1')
  })

  it('by a token that somebody else keeps in a file', async () => {
    const newToken = async () =>
      textIn(
        await server.call('POST', 'auth/token/create', { policies: ['app'], ttl: '60s' }),
        'auth',
        'client_token',
      )
    const first = await newToken()
    const provider = open({ method: 'token_file', tokenFile: place.file('token', first) })
    expect(await fieldOf(provider)).toBe('1')
    place.file('token', await newToken())
    await server.call('POST', 'auth/token/revoke', { token: first })
    expect(await fieldOf(provider)).toBe('1')
  })

  it('in a namespace', async () => {
    const header = { 'x-vault-namespace': 'tenant' }
    await server.call('POST', 'sys/namespaces/tenant', {})
    await server.call('POST', 'sys/auth/approle', { type: 'approle' }, header)
    await server.call('POST', 'auth/approle/role/app', { token_policies: 'default' }, header)
    const role = 'auth/approle/role/app'
    const roleId = textIn(await server.call('GET', `${role}/role-id`, undefined, header), 'data', 'role_id')
    const secret = await server.call(
      'POST',
      `${role}/secret-id`,
      {},
      { ...header, 'x-vault-wrap-ttl': '60s' },
    )
    const wrappedSecretIdFile = place.file('tenant', textIn(secret, 'wrap_info', 'token'))
    const provider = place.open(
      { method: 'approle', mount: 'approle', roleId, wrappedSecretIdFile },
      { namespace: 'tenant', tls: tls() },
    )
    const nextMs = await provider.keepAlive?.(new AbortController().signal)
    expect(nextMs).toBeGreaterThan(0)
    expect(place.count('logged_in')).toBe(1)
  })

  it('is refused where the mount does not exist', async () => {
    const secretIdFile = place.file('x', 'x')
    expect(
      await failure(open({ method: 'approle', mount: 'nowhere', roleId: 'x', secretIdFile })),
    ).toMatchObject({ kind: 'unauthenticated' })
  })

  it('is one for all that ask at the same time', async () => {
    const provider = open(await place.appRole())
    await Promise.all(Array.from({ length: 20 }, () => read(provider)))
    expect(place.count('logged_in')).toBe(1)
  })
})

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

/** The part of a Kubernetes API server that the real method asks: any token is my-api's of the namespace prod. */
async function startTokenReviews(): Promise<{ address: string } & AsyncDisposable> {
  const review = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    status: { authenticated: true, user: { username: 'system:serviceaccount:prod:my-api', uid: 'u-1' } },
  }
  const server: Server = createServer((_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(review))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

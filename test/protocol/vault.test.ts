import { generateKeyPairSync, sign } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import { createClock } from '../../src/platform/clock.ts'
import type { VaultAuth, VaultSettings } from '../../src/providers/vault/settings.ts'
import { openVaultProvider } from '../../src/providers/vault/vault.ts'
import { type ProviderHarness, providerContract } from '../contract/provider-contract.ts'
import { canary } from '../support/canary.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { createMemoryJournal, type MemoryJournal } from '../support/memory-ends.ts'
import { type VaultServer, vaultServerKinds } from '../support/vault-servers.ts'

const policy = `
path "secret/data/app/*" { capabilities = ["read"] }
path "secret/metadata/app/*" { capabilities = ["read", "list"] }
path "kv1/app/*" { capabilities = ["read", "list"] }`

for (const kind of vaultServerKinds()) {
  describe(`Vault's protocol on ${kind.name}`, () => {
    let server: VaultServer
    let directory: string
    let roleId: string
    let journal: MemoryJournal
    const signal = () => new AbortController().signal
    const opened: Provider[] = []

    beforeAll(async () => {
      server = await kind.start()
      directory = mkdtempSync('/dev/shm/keyturn-vault-')
      await server.call('POST', 'sys/auth/approle', { type: 'approle' })
      await server.call('POST', 'sys/policies/acl/app', { policy })
      await server.call('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
      await server.call('POST', 'auth/approle/role/app', {
        token_policies: 'app',
        token_ttl: '60s',
        token_max_ttl: '300s',
      })
      roleId = dataOf(await server.call('GET', 'auth/approle/role/app/role-id'), 'role_id')
    })
    afterAll(async () => {
      await server[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true, force: true })
    })
    beforeEach(() => {
      journal = createMemoryJournal()
    })
    afterEach(async () => {
      for (const provider of opened.splice(0)) await provider.close()
    })

    const credential = (name: string, content: string) => {
      const file = join(directory, name)
      rmSync(file, { force: true })
      writeFileSync(file, content, { mode: 0o400 })
      chmodSync(file, 0o400)
      return file
    }
    const newSecretId = async () =>
      dataOf(await server.call('POST', 'auth/approle/role/app/secret-id', {}), 'secret_id')
    const appRole = async (): Promise<VaultAuth> => ({
      method: 'approle',
      mount: 'approle',
      roleIdFile: credential('role_id', roleId),
      secretIdFile: credential('secret_id', await newSecretId()),
    })
    const open = (auth: VaultAuth, settings: Partial<VaultSettings> = {}) => {
      const provider = openVaultProvider(
        {
          type: 'vault',
          name: 'vault',
          address: server.address,
          auth,
          timeoutMs: 2_000,
          maxConnections: 10,
          maxBytes: 65_536,
          ...settings,
        },
        { clock: createClock(), journal },
      )
      opened.push(provider)
      return provider
    }
    const put = (path: string, data: object) => server.call('POST', `secret/data/${path}`, { data })
    const read = (provider: Provider, reference: string) =>
      provider.fetch(parseReference(reference), signal())

    providerContract(`Vault, on ${kind.name}`, {
      open: async password => {
        await put('app/contract', { password, port: 5432 })
        const secretId = await newSecretId()
        const proxy: FaultProxy = await startFaultProxy(server.address)
        const auth: VaultAuth = {
          method: 'approle',
          mount: 'approle',
          roleId,
          secretIdFile: credential('contract_secret_id', secretId),
        }
        const provider = open(auth, { address: proxy.address, timeoutMs: 500 })
        const faults = {
          sealed: { status: 503, body: '{"errors":["Vault is sealed"]}' },
          unavailable: { status: 500, body: `{"errors":["${password}"]}` },
          throttled: { status: 429, headers: { 'retry-after': '7' }, body: '{"errors":["slow down"]}' },
          silent: 'hang',
          malformed: { status: 200, body: `{"data": ${password}` },
          oversized: { status: 200, body: JSON.stringify({ data: password.repeat(10_000) }) },
          reset: 'reset',
        } as const
        const harness: ProviderHarness = {
          provider,
          reference: 'vault:secret/app/contract',
          missing: 'vault:secret/app/nowhere',
          forbidden: 'vault:secret/other/forbidden',
          credentials: [secretId],
          rotate: async next => {
            await put('app/contract', { password: next, port: 5432 })
          },
          misbehave: async how => {
            proxy.fault = { path: /\/v1\/secret\//, fault: faults[how] }
          },
          async [Symbol.asyncDispose]() {
            await proxy[Symbol.asyncDispose]()
          },
        }
        return harness
      },
    })

    it('reads KV v1 and v2, with and without data/, by version, and lists', async () => {
      const provider = open(await appRole())
      await put('app/kv', { a: '1' })
      await put('app/kv', { a: '2', ratio: 1.5 })
      await server.call('POST', 'kv1/app/kv', { b: '3' })
      expect((await read(provider, 'vault:secret/app/kv')).fields.get('a')?.content).toBe('2')
      expect((await read(provider, 'vault:secret/data/app/kv')).fields.get('ratio')?.content).toBe('1.5')
      expect((await read(provider, 'vault:secret/app/kv?version=1')).fields.get('a')?.content).toBe('1')
      expect((await read(provider, 'vault:kv1/app/kv')).fields.get('b')?.content).toBe('3')
      const listing = await provider.fetch({ provider: 'vault', path: 'secret/app/', list: true }, signal())
      expect([...listing.fields.keys()]).toContain('kv')
    })

    it('answers in Vault’s shape for templates', async () => {
      await put('app/shape', { a: 'x' })
      const { response } = await read(open(await appRole()), 'vault:secret/app/shape')
      expect([...(response?.keys() ?? [])]).toEqual(
        expect.arrayContaining(['request_id', 'lease_id', 'lease_duration', 'renewable', 'data']),
      )
    })

    it('reports a deleted version as missing', async () => {
      const provider = open(await appRole())
      await put('app/gone', { a: '1' })
      await read(provider, 'vault:secret/app/gone')
      await server.call('DELETE', 'secret/data/app/gone')
      await expect(read(provider, 'vault:secret/app/gone')).rejects.toMatchObject({ kind: 'missing' })
    })

    it('logs in once for all that ask at the same time', async () => {
      await put('app/once', { a: '1' })
      const provider = open(await appRole())
      await Promise.all(Array.from({ length: 20 }, () => read(provider, 'vault:secret/app/once')))
      expect(journal.lines.filter(({ event }) => event === 'logged_in')).toHaveLength(1)
    })

    it('replaces a token that the server no longer knows at once', async () => {
      await put('app/revoked', { a: '1' })
      const token = (await server.call('POST', 'auth/token/create', { policies: ['app'], ttl: '60s' })) as {
        auth: { client_token: string }
      }
      const file = credential('token', token.auth.client_token)
      const provider = open({ method: 'token_file', tokenFile: file })
      await read(provider, 'vault:secret/app/revoked')
      const next = (await server.call('POST', 'auth/token/create', { policies: ['app'], ttl: '60s' })) as {
        auth: { client_token: string }
      }
      credential('token', next.auth.client_token)
      await server.call('POST', 'auth/token/revoke', { token: token.auth.client_token })
      expect((await read(provider, 'vault:secret/app/revoked')).fields.get('a')?.content).toBe('1')
    })

    it('does not log in again for what the policy forbids', async () => {
      const provider = open(await appRole())
      for (let n = 0; n < 5; n += 1)
        await expect(read(provider, 'vault:secret/other/x')).rejects.toMatchObject({ kind: 'forbidden' })
      expect(journal.lines.filter(({ event }) => event === 'logged_in')).toHaveLength(1)
    })

    it('says when the token is to be looked at next: at two thirds of its life', async () => {
      const provider = open(await appRole())
      const nextMs = await provider.keepAlive?.(signal())
      expect(nextMs).toBeGreaterThan(35_000)
      expect(nextMs).toBeLessThanOrEqual(40_000)
    })

    it('opens a wrapped secret_id, and refuses one that was made elsewhere', async () => {
      await put('app/wrapped', { a: '1' })
      const wrapped = async (path: string, body: object) => {
        const answer = (await server.call('POST', path, body, { 'x-vault-wrap-ttl': '60s' })) as {
          wrap_info: { token: string }
        }
        return credential('wrapped', answer.wrap_info.token)
      }
      const auth = (wrappedSecretIdFile: string): VaultAuth => ({
        method: 'approle',
        mount: 'approle',
        roleId,
        wrappedSecretIdFile,
      })
      const provider = open(auth(await wrapped('auth/approle/role/app/secret-id', {})))
      expect((await read(provider, 'vault:secret/app/wrapped')).fields.get('a')?.content).toBe('1')

      const foreign = open(auth(await wrapped('sys/wrapping/wrap', { secret_id: 'planted' })))
      await expect(read(foreign, 'vault:secret/app/wrapped')).rejects.toMatchObject({
        kind: 'unauthenticated',
        message: expect.stringContaining('was not made at auth/approle/role'),
      })
    })

    it('logs in by a JWT, read afresh each time', async () => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const now = Math.floor(Date.now() / 1_000)
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ sub: 'app', aud: 'keyturn', iat: now, exp: now + 600 })}`
      const jwt = `${unsigned}.${sign('sha256', Buffer.from(unsigned), privateKey).toString('base64url')}`
      await server.call('POST', 'sys/auth/jwt', { type: 'jwt' })
      await server.call('POST', 'auth/jwt/config', {
        jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
      })
      await server.call('POST', 'auth/jwt/role/app', {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: ['keyturn'],
        token_policies: ['app'],
      })
      await put('app/jwt', { a: '1' })
      const provider = open({ method: 'jwt', mount: 'jwt', role: 'app', tokenFile: credential('jwt', jwt) })
      expect((await read(provider, 'vault:secret/app/jwt')).fields.get('a')?.content).toBe('1')
    })

    it('refuses a wrong secret_id as unauthenticated, showing nothing of it', async () => {
      const provider = open({
        method: 'approle',
        mount: 'approle',
        roleId,
        secretIdFile: credential('wrong', canary('wrong')),
      })
      const error = await read(provider, 'vault:secret/app/kv').catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ProviderError)
      expect(error).toMatchObject({ kind: 'unauthenticated' })
      expect(JSON.stringify(error)).not.toContain(canary('wrong'))
    })

    it('follows no redirect with a token', async () => {
      await using elsewhere = await startFaultProxy(server.address)
      await using proxy = await startFaultProxy(server.address)
      const asked: string[] = []
      elsewhere.fault = {
        path: { test: (url: string) => asked.push(url) > 0 } as unknown as RegExp,
        fault: { status: 200, body: '{}' },
      }
      proxy.fault = {
        path: /\/v1\/secret\//,
        fault: { status: 307, headers: { location: `${elsewhere.address}/v1/stolen` } },
      }
      const provider = open(await appRole(), { address: proxy.address })
      await expect(read(provider, 'vault:secret/app/kv')).rejects.toMatchObject({
        kind: 'unavailable',
        hint: expect.stringContaining('followed with a token'),
      })
      expect(asked).toEqual([])
    })
  })
}

function dataOf(answer: Record<string, unknown>, name: string): string {
  return String((answer['data'] as Record<string, unknown>)[name])
}

import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'
import { signJwt } from '../support/sign-jwt.ts'

const cluster = generateKeyPairSync('rsa', { modulusLength: 2048 })
const now = Date.parse('2030-01-02T03:04:05Z') / 1000
const account = (name: string, namespace: string) => ({
  aud: ['vault'],
  exp: now + 600,
  'kubernetes.io': { namespace, serviceaccount: { name, uid: 'u-1' } },
})

async function openWithKubernetes() {
  const opened = await openStore()
  const { ask } = opened
  await ask('POST sys/auth/kubernetes', { body: { type: 'kubernetes' } })
  await ask('POST auth/kubernetes/config', {
    body: { pem_keys: [cluster.publicKey.export({ type: 'spki', format: 'pem' })] },
  })
  await ask('POST auth/kubernetes/role/app', {
    body: {
      bound_service_account_names: 'my-api',
      bound_service_account_namespaces: ['prod-*'],
      audience: 'vault',
      token_policies: ['app'],
    },
  })
  const logIn = (claims: object, key = cluster.privateKey) =>
    ask('POST auth/kubernetes/login', { body: { role: 'app', jwt: signJwt(claims, key) }, token: '' })
  return { ...opened, logIn }
}

describe('Kubernetes', () => {
  it('logs in a bound service account', async () => {
    const { logIn } = await openWithKubernetes()
    expect((await logIn(account('my-api', 'prod-eu'))).body.auth).toMatchObject({
      policies: ['app', 'default'],
      metadata: { role: 'app', service_account_name: 'my-api', service_account_namespace: 'prod-eu' },
    })
  })

  it('reads the claims of old tokens', async () => {
    const { logIn } = await openWithKubernetes()
    const old = {
      aud: 'vault',
      iat: now,
      'kubernetes.io/serviceaccount/namespace': 'prod-eu',
      'kubernetes.io/serviceaccount/service-account.name': 'my-api',
    }
    expect((await logIn(old)).status).toBe(200)
  })

  it.each([
    [account('other', 'prod-eu'), 'service account name not authorized'],
    [account('my-api', 'test'), 'namespace not authorized'],
    [
      { ...account('my-api', 'prod-eu'), exp: now - 61 },
      'invalid expiration time (exp) claim: token is expired',
    ],
    [
      { ...account('my-api', 'prod-eu'), aud: ['else'] },
      'invalid audience (aud) claim: audience claim does not match any expected audience',
    ],
  ])('refuses %o', async (claims, message) => {
    const { logIn } = await openWithKubernetes()
    expect(await logIn(claims)).toMatchObject({ status: 403, body: { errors: [message] } })
  })

  it('refuses the signature of another cluster', async () => {
    const { logIn } = await openWithKubernetes()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await logIn(account('my-api', 'prod-eu'), privateKey)).toMatchObject({
      status: 403,
      body: { errors: ['permission denied'] },
    })
  })
})

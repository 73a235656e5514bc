import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'
import { signJwt } from '../support/sign-jwt.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const now = Date.parse('2030-01-02T03:04:05Z') / 1000
const claims = { iss: 'ci', sub: 'my-api', aud: 'vault', iat: now, nbf: now, exp: now + 300 }

async function openWithJwt(role: object = {}) {
  const opened = await openStore()
  const { ask } = opened
  await ask('POST sys/auth/jwt', { body: { type: 'jwt' } })
  const pems = [rsa, ec].map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }))
  await ask('POST auth/jwt/config', { body: { jwt_validation_pubkeys: pems } })
  const bound = {
    user_claim: 'sub',
    bound_audiences: ['vault'],
    bound_subject: 'my-api',
    token_ttl: '10m',
    ...role,
  }
  await ask('POST auth/jwt/role/app', { body: { token_policies: 'app', ...bound } })
  const logIn = (jwt: string, name = 'app') =>
    ask('POST auth/jwt/login', { body: { role: name, jwt }, token: '' })
  return { ...opened, logIn }
}

describe('JWT', () => {
  it.each([
    ['RS256', rsa.privateKey],
    ['ES256', ec.privateKey],
  ])('logs in with a token signed by %s', async (_, key) => {
    const { logIn } = await openWithJwt()
    expect((await logIn(signJwt(claims, key))).body.auth).toMatchObject({
      policies: ['app', 'default'],
      lease_duration: 600,
      renewable: true,
      metadata: { role: 'app' },
    })
  })

  it('takes keys as a JWK set', async () => {
    const { ask, logIn } = await openWithJwt()
    const jwks = { keys: [ec.publicKey.export({ format: 'jwk' })] }
    expect((await ask('POST auth/jwt/config', { body: { jwks } })).status).toBe(204)
    expect((await logIn(signJwt(claims, ec.privateKey))).status).toBe(200)
    expect((await logIn(signJwt(claims, rsa.privateKey))).status).toBe(400)
  })

  it.each([
    [
      { exp: now - 61, nbf: now - 900, iat: now - 900 },
      'invalid expiration time (exp) claim: token is expired',
    ],
    [{ nbf: now + 61 }, 'invalid not before (nbf) claim: token not yet valid'],
    [{ sub: 'other' }, 'invalid subject (sub) claim'],
    [
      { aud: ['a', 'b'] },
      'invalid audience (aud) claim: audience claim does not match any expected audience',
    ],
    [
      { exp: undefined, nbf: undefined, iat: undefined },
      'no issued at (iat), not before (nbf), or expiration time (exp) claims in token',
    ],
  ])('refuses the claims %o', async (change, problem) => {
    const { logIn } = await openWithJwt()
    expect(await logIn(signJwt({ ...claims, ...change }, rsa.privateKey))).toMatchObject({
      status: 400,
      body: { errors: [`error validating token: ${problem}`] },
    })
  })

  it('refuses a signature by another key, of another algorithm, or over other claims', async () => {
    const { logIn } = await openWithJwt()
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const good = signJwt(claims, rsa.privateKey)
    const [head, , signature] = good.split('.')
    const forged = Buffer.from(JSON.stringify({ ...claims, admin: true })).toString('base64url')
    const tokens = [
      signJwt(claims, stranger.privateKey),
      signJwt(claims, rsa.privateKey, { alg: 'none' }),
      signJwt(claims, rsa.privateKey, { alg: 'ES256' }),
      `${head}.${forged}.${signature}`,
    ]
    for (const jwt of tokens) {
      expect((await logIn(jwt)).body.errors).toEqual([
        'error validating token: error verifying token signature: ' +
          'no known key successfully validated the token signature',
      ])
    }
    expect((await logIn('abc')).status).toBe(400)
  })

  it('binds by other claims too', async () => {
    const { logIn } = await openWithJwt({ bound_claims: { env: ['prod', 'test'] } })
    expect((await logIn(signJwt({ ...claims, env: 'test' }, ec.privateKey))).status).toBe(200)
    expect((await logIn(signJwt({ ...claims, env: 'dev' }, ec.privateKey))).body.errors[0]).toContain(
      'claim "env"',
    )
  })

  it('names a role that is not there', async () => {
    const { logIn } = await openWithJwt()
    expect((await logIn(signJwt(claims, ec.privateKey), 'none')).body.errors).toEqual([
      'role "none" could not be found',
    ])
  })
})

import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithRole(role: object = {}) {
  const opened = await openStore()
  const { ask } = opened
  await ask('POST sys/auth/approle', { body: { type: 'approle' } })
  await ask('POST auth/approle/role/app', {
    body: { token_policies: 'app', token_ttl: '1h', token_max_ttl: '4h', ...role },
  })
  await ask('POST auth/approle/role/app/role-id', { body: { role_id: 'fixed' } })
  const issue = async (body: object = {}) =>
    (await ask('POST auth/approle/role/app/secret-id', { body })).body.data.secret_id as string
  const logIn = (secret_id: string, role_id = 'fixed') =>
    ask('POST auth/approle/login', { body: { role_id, secret_id }, token: '' })
  return { ...opened, issue, logIn }
}

const invalid = { status: 400, body: { errors: ['invalid role or secret ID'] } }

describe('AppRole', () => {
  it('logs in with the fields that clients read', async () => {
    const { issue, logIn } = await openWithRole()
    const { body } = await logIn(await issue({ metadata: '{"team":"a"}' }))
    expect(body.auth).toEqual({
      client_token: expect.stringMatching(/^s\.\w{24}$/),
      accessor: expect.stringMatching(/^\w{24}$/),
      policies: ['app', 'default'],
      token_policies: ['app', 'default'],
      metadata: { role_name: 'app', team: 'a' },
      lease_duration: 3600,
      renewable: true,
      entity_id: '',
      token_type: 'service',
      orphan: true,
      mfa_requirement: null,
      num_uses: 0,
    })
  })

  it('issues a secret id for an empty body, as null too', async () => {
    const { ask } = await openWithRole()
    for (const rest of [{}, { body: 'null' }, { body: '{}' }]) {
      expect((await ask('POST auth/approle/role/app/secret-id', rest)).status).toBe(200)
    }
  })

  it('refuses unknown ids alike', async () => {
    const { issue, logIn } = await openWithRole()
    expect(await logIn('wrong')).toMatchObject(invalid)
    expect(await logIn(await issue(), 'wrong')).toMatchObject(invalid)
    expect((await logIn('')).body).toEqual({ errors: ['missing secret_id'] })
  })

  it('ends a secret id with its ttl', async () => {
    const { issue, logIn, turnClock } = await openWithRole({ secret_id_ttl: '10m' })
    const secretId = await issue()
    turnClock(599)
    expect((await logIn(secretId)).status).toBe(200)
    turnClock(1)
    expect(await logIn(secretId)).toMatchObject(invalid)
  })

  it('ends a secret id with its uses', async () => {
    const { issue, logIn } = await openWithRole({ secret_id_num_uses: 2 })
    const secretId = await issue()
    expect([await logIn(secretId), await logIn(secretId), await logIn(secretId)].map(a => a.status)).toEqual([
      200, 200, 400,
    ])
  })

  it('forgets a secret id that was destroyed', async () => {
    const { ask, issue, logIn } = await openWithRole()
    const secretId = await issue()
    expect(
      (await ask('POST auth/approle/role/app/secret-id/lookup', { body: { secret_id: secretId } })).status,
    ).toBe(200)
    await ask('POST auth/approle/role/app/secret-id/destroy', { body: { secret_id: secretId } })
    expect(await logIn(secretId)).toMatchObject(invalid)
  })

  it('answers a role without its role id, and keeps the fields that a write does not name', async () => {
    const { ask } = await openWithRole({ secret_id_num_uses: 3 })
    await ask('POST auth/approle/role/app', { body: { token_ttl: 60 } })
    const { data } = (await ask('GET auth/approle/role/app')).body
    expect(data).toMatchObject({
      token_ttl: 60,
      token_max_ttl: 14_400,
      token_policies: ['app'],
      secret_id_num_uses: 3,
    })
    expect(data).not.toHaveProperty('role_id')
    expect((await ask('GET auth/approle/role/app/role-id')).body.data.role_id).toBe('fixed')
  })
})

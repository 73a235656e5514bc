import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithToken(body: object) {
  const opened = await openStore()
  const created = await opened.ask('POST auth/token/create', { body: { policies: ['app'], ...body } })
  const token: string = created.body.auth.client_token
  const asToken = (request: string, sent?: object) =>
    opened.ask(request, sent === undefined ? { token } : { token, body: sent })
  return { ...opened, token, auth: created.body.auth, asToken }
}

const denied = { status: 403, body: { errors: ['permission denied'] } }

describe('tokens', () => {
  it('know themselves', async () => {
    const { asToken, token, turnClock } = await openWithToken({
      ttl: '10m',
      meta: { a: 'b' },
      display_name: 'x',
    })
    turnClock(60)
    expect((await asToken('GET auth/token/lookup-self')).body.data).toEqual({
      accessor: expect.any(String),
      creation_time: 1_893_553_445,
      creation_ttl: 600,
      display_name: 'token-x',
      entity_id: '',
      expire_time: '2030-01-02T03:14:05Z',
      explicit_max_ttl: 0,
      id: token,
      issue_time: '2030-01-02T03:04:05Z',
      meta: { a: 'b' },
      num_uses: 0,
      orphan: false,
      path: 'auth/token/create',
      policies: ['app', 'default'],
      renewable: true,
      ttl: 540,
      type: 'service',
    })
  })

  it('end with their ttl, and are then as unknown as any other', async () => {
    const { asToken, turnClock } = await openWithToken({ ttl: '10m' })
    turnClock(600)
    expect(await asToken('GET auth/token/lookup-self')).toMatchObject(denied)
    expect(await asToken('POST auth/token/renew-self', {})).toMatchObject(denied)
  })

  it('are renewed from now on, up to their maximum, with a warning where it caps', async () => {
    const { asToken, turnClock } = await openWithToken({ ttl: '10m', explicit_max_ttl: '20m' })
    turnClock(300)
    expect((await asToken('POST auth/token/renew-self', {})).body).toMatchObject({
      auth: { lease_duration: 600, renewable: true },
      warnings: null,
    })
    turnClock(590)
    expect((await asToken('POST auth/token/renew-self', { increment: '1h' })).body).toMatchObject({
      auth: { lease_duration: 310 },
      warnings: ['TTL of "1h" exceeded the effective max_ttl of "5m10s"; TTL value is capped accordingly'],
    })
  })

  it('with a period are renewed past the maximum of all others', async () => {
    const { asToken, turnClock } = await openWithToken({ period: '24h' })
    for (let day = 0; day < 40; day += 1) {
      turnClock(24 * 3600 - 1)
      expect((await asToken('POST auth/token/renew-self', {})).body.auth.lease_duration).toBe(24 * 3600)
    }
  })

  it('made as not renewable are not renewed', async () => {
    const { asToken, auth } = await openWithToken({ ttl: '10m', renewable: false })
    expect(auth.renewable).toBe(false)
    expect(await asToken('POST auth/token/renew-self', {})).toMatchObject({
      status: 400,
      body: { errors: ['lease is not renewable'] },
    })
  })

  it('end with their uses', async () => {
    const { asToken } = await openWithToken({ num_uses: 2 })
    expect((await asToken('GET auth/token/lookup-self')).body.data.num_uses).toBe(1)
    expect((await asToken('GET auth/token/lookup-self')).body.data.num_uses).toBe(-1)
    expect(await asToken('GET auth/token/lookup-self')).toMatchObject(denied)
  })

  it('revoke themselves', async () => {
    const { asToken } = await openWithToken({})
    expect((await asToken('POST auth/token/revoke-self')).status).toBe(204)
    expect(await asToken('GET auth/token/lookup-self')).toMatchObject(denied)
  })

  it('are revoked by accessor, with all they made but orphans', async () => {
    const { ask, store } = await openStore()
    const create = async (path: string, token: string) =>
      (await ask(`POST auth/token/${path}`, { token, body: { policies: ['root'], ttl: '1h' } })).body.auth
    const parent = await create('create', store.rootToken)
    const child = await create('create', parent.client_token)
    const orphan = await create('create-orphan', parent.client_token)
    await ask('POST auth/token/revoke-accessor', { body: { accessor: parent.accessor } })
    const statuses = [parent, child, orphan].map(
      async ({ client_token }) => (await ask('GET auth/token/lookup-self', { token: client_token })).status,
    )
    expect(await Promise.all(statuses)).toEqual([403, 403, 200])
  })

  it('are renewed by accessor without being told', async () => {
    const { ask, auth, asToken } = await openWithToken({ ttl: '10m' })
    const renewed = await ask('POST auth/token/renew-accessor', {
      body: { accessor: auth.accessor, increment: '1h' },
    })
    expect(renewed.body.auth).toMatchObject({ client_token: '', lease_duration: 3600 })
    expect((await asToken('GET auth/token/lookup-self')).body.data).toMatchObject({
      ttl: 3600,
      last_renewal: '2030-01-02T03:04:05Z',
    })
  })

  it('give no more than their maker may do', async () => {
    const { asToken } = await openWithToken({})
    expect((await asToken('POST auth/token/create', { policies: ['root'] })).status).toBe(403)
  })
})

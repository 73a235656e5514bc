import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithDatabase(role: object = {}) {
  const opened = await openStore({
    seed: {
      mounts: { database: { type: 'database' } },
      writes: { 'database/roles/app': { db_name: 'pg', default_ttl: '1h', max_ttl: '3h', ...role } },
    },
  })
  const issue = async (token = opened.store.rootToken) =>
    (await opened.ask('GET database/creds/app', { token })).body
  const renew = (lease_id: string, increment?: number) =>
    opened.ask('PUT sys/leases/renew', { body: { lease_id, increment } })
  return { ...opened, issue, renew }
}

describe('leased credentials', () => {
  it('are issued anew on each read, with their lease', async () => {
    const { issue } = await openWithDatabase()
    const [first, second] = [await issue(), await issue()]
    expect(first).toMatchObject({
      lease_id: expect.stringMatching(/^database\/creds\/app\/\w{24}$/),
      renewable: true,
      lease_duration: 3600,
      data: { username: expect.stringMatching(/^v-root-app-/), password: expect.any(String) },
    })
    expect(second.lease_id).not.toBe(first.lease_id)
    expect(second.data.password).not.toBe(first.data.password)
  })

  it('are renewed without a new value, up to their maximum', async () => {
    const { issue, renew, turnClock } = await openWithDatabase()
    const { lease_id } = await issue()
    turnClock(3000)
    expect((await renew(lease_id)).body).toMatchObject({
      lease_id,
      renewable: true,
      lease_duration: 3600,
      data: null,
    })
    turnClock(3500)
    expect((await renew(lease_id, 7200)).body).toMatchObject({
      lease_duration: 4300,
      warnings: ['TTL of "2h" exceeded the effective max_ttl of "1h11m40s"; TTL value is capped accordingly'],
    })
  })

  it('may be not renewable', async () => {
    const { issue, renew } = await openWithDatabase({ renewable: false })
    const { lease_id, renewable } = await issue()
    expect(renewable).toBe(false)
    expect(await renew(lease_id)).toMatchObject({ status: 400, body: { errors: ['lease is not renewable'] } })
  })

  it('end with their time', async () => {
    const { issue, renew, store, turnClock } = await openWithDatabase()
    const { lease_id } = await issue()
    turnClock(3600)
    expect(await renew(lease_id)).toMatchObject({ status: 400, body: { errors: ['lease not found'] } })
    expect(store.leases()).toMatchObject([{ id: lease_id, endedAt: Date.parse('2030-01-02T04:04:05Z') }])
  })

  it('are looked up, listed and revoked', async () => {
    const { ask, issue, renew, store } = await openWithDatabase()
    const { lease_id } = await issue()
    expect((await ask('PUT sys/leases/lookup', { body: { lease_id } })).body.data).toEqual({
      id: lease_id,
      issue_time: '2030-01-02T03:04:05Z',
      expire_time: '2030-01-02T04:04:05Z',
      last_renewal: null,
      path: 'database/creds/app',
      renewable: true,
      ttl: 3600,
    })
    expect((await ask('LIST sys/leases/lookup/database/creds/app')).body.data.keys).toHaveLength(1)
    expect((await ask('PUT sys/leases/revoke', { body: { lease_id } })).status).toBe(204)
    expect((await renew(lease_id)).status).toBe(400)
    expect(store.leases()[0]?.endedAt).not.toBeNull()
    expect((await ask('PUT sys/leases/lookup', { body: { lease_id } })).body.errors).toEqual([
      'invalid lease',
    ])
  })

  it('end with the token they were issued to', async () => {
    const { ask, issue, store } = await openWithDatabase()
    const token: string = (await ask('POST auth/token/create', { body: { ttl: '1h' } })).body.auth
      .client_token
    await issue(token)
    await ask('POST auth/token/revoke-self', { token })
    expect(store.leases()[0]?.endedAt).not.toBeNull()
  })

  it('of an unknown role are refused', async () => {
    const { ask } = await openWithDatabase()
    expect(await ask('GET database/creds/none')).toMatchObject({
      status: 400,
      body: { errors: ['unknown role: none'] },
    })
  })
})

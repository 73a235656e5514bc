import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithRole(role: object) {
  const opened = await openStore({
    seed: {
      mounts: { database: { type: 'database' } },
      writes: { 'database/static-roles/app': { db_name: 'pg', username: 'app', ...role } },
    },
  })
  const credentials = async () => (await opened.ask('GET database/static-creds/app')).body.data
  return { ...opened, credentials }
}

describe('static roles', () => {
  it('keep their user and change its password after each period', async () => {
    const { credentials, turnClock } = await openWithRole({ rotation_period: '1h' })
    const first = await credentials()
    expect(first).toEqual({
      username: 'app',
      password: expect.any(String),
      rotation_period: 3600,
      last_vault_rotation: '2030-01-02T03:04:05Z',
      ttl: 3600,
    })
    turnClock(3599)
    expect(await credentials()).toEqual({ ...first, ttl: 1 })
    turnClock(1)
    const second = await credentials()
    expect(second).toMatchObject({ last_vault_rotation: '2030-01-02T04:04:05Z', ttl: 3600 })
    expect(second.password).not.toBe(first.password)
    turnClock(3 * 3600)
    expect(await credentials()).toMatchObject({ last_vault_rotation: '2030-01-02T07:04:05Z', ttl: 3600 })
  })

  it('follow a schedule in cron’s form, in UTC', async () => {
    const schedule = { rotation_schedule: '*/15 4 * * 1-5', rotation_window: '1h' }
    const { credentials, turnClock } = await openWithRole(schedule)
    const first = await credentials()
    // 03:04:05 on a Wednesday: the next is at 04:00.
    expect(first).toMatchObject({ rotation_schedule: '*/15 4 * * 1-5', rotation_window: 3600, ttl: 3355 })
    expect(first).not.toHaveProperty('rotation_period')
    turnClock(3355)
    const second = await credentials()
    expect(second).toMatchObject({ last_vault_rotation: '2030-01-02T04:00:00Z', ttl: 900 })
    expect(second.password).not.toBe(first.password)
    turnClock(3 * 24 * 3600)
    // A Saturday: the last was on Friday, the next is on Monday.
    expect(await credentials()).toMatchObject({
      last_vault_rotation: '2030-01-04T04:45:00Z',
      ttl: 48 * 3600,
    })
  })

  it('are rotated at once on request, and described without their password', async () => {
    const { ask, credentials, turnClock } = await openWithRole({ rotation_period: 3600 })
    const first = await credentials()
    turnClock(600)
    expect((await ask('POST database/rotate-role/app')).status).toBe(204)
    const second = await credentials()
    expect(second).toMatchObject({ ttl: 3600, last_vault_rotation: '2030-01-02T03:14:05Z' })
    expect(second.password).not.toBe(first.password)
    expect((await ask('GET database/static-roles/app')).body.data).toEqual({
      credential_type: 'password',
      db_name: 'pg',
      last_vault_rotation: '2030-01-02T03:14:05Z',
      rotation_period: 3600,
      rotation_statements: [],
      username: 'app',
    })
    expect((await ask('LIST database/static-roles')).body.data.keys).toEqual(['app'])
  })

  it('are refused without a rotation, with two, and with one that never comes', async () => {
    const { ask } = await openWithRole({ rotation_period: 3600 })
    const write = async (body: object) =>
      (await ask('POST database/static-roles/x', { body: { username: 'x', ...body } })).status
    expect(await write({})).toBe(400)
    expect(await write({ rotation_period: 3600, rotation_schedule: '0 0 * * *' })).toBe(400)
    expect(await write({ rotation_period: 4 })).toBe(400)
    for (const rotation_schedule of ['* * * *', '60 * * * *', '0 0 30 2 *', 'daily', '5-1 * * * *']) {
      expect(await write({ rotation_schedule }), rotation_schedule).toBe(400)
    }
    expect((await ask('GET database/static-creds/x')).body.errors).toEqual(['unknown role: x'])
    expect((await ask('GET database/static-roles/x')).status).toBe(404)
  })
})

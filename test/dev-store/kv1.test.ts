import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openKv1() {
  const opened = await openStore()
  await opened.ask('POST sys/mounts/kv', { body: { type: 'kv', options: { version: '1' } } })
  return opened
}

describe('KV version 1', () => {
  it('answers what was written, with a lease duration as a hint', async () => {
    const { ask } = await openKv1()
    expect((await ask('POST kv/a/b', { body: '{"password":"p","ratio":1.0}' })).status).toBe(204)
    const { text, body } = await ask('GET kv/a/b')
    expect(text).toContain('"data":{"password":"p","ratio":1.0}')
    expect(body).toMatchObject({ lease_duration: 2_764_800, renewable: false, lease_id: '' })
  })

  it("takes the lease duration from the secret's own ttl", async () => {
    const { ask } = await openKv1()
    await ask('POST kv/a', { body: { ttl: '30m' } })
    expect((await ask('GET kv/a')).body.lease_duration).toBe(1800)
  })

  it('lists, deletes, and answers 404 for what is not there', async () => {
    const { ask } = await openKv1()
    await ask('POST kv/a/b', { body: { x: 1 } })
    expect((await ask('LIST kv')).body.data.keys).toEqual(['a/'])
    expect((await ask('DELETE kv/a/b')).status).toBe(204)
    expect(await ask('GET kv/a/b')).toMatchObject({ status: 404, body: { errors: [] } })
  })
})

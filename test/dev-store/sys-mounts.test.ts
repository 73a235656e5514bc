import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

const seed = { policies: { app: 'path "secret/data/app/*" { capabilities = ["read"] }' } }

describe('mounts', () => {
  it('tell the version of the KV mount that a path lies in', async () => {
    const { ask } = await openStore()
    await ask('POST sys/mounts/team/kv', { body: { type: 'kv', options: { version: '1' } } })
    await ask('POST sys/mounts/two', { body: { type: 'kv-v2' } })
    const probe = async (path: string) => {
      const { data } = (await ask(`GET sys/internal/ui/mounts/${path}`)).body
      return [data.path, data.type, data.options]
    }
    expect(await probe('secret/my-api/db')).toEqual(['secret/', 'kv', { version: '2' }])
    expect(await probe('team/kv/a')).toEqual(['team/kv/', 'kv', { version: '1' }])
    expect(await probe('two')).toEqual(['two/', 'kv', { version: '2' }])
  })

  it('are told only to a token that can reach something below', async () => {
    const { ask } = await openStore({ seed })
    await ask('POST sys/mounts/kv', { body: { type: 'kv' } })
    const token: string = (await ask('POST auth/token/create', { body: { policies: ['app'] } })).body.auth
      .client_token
    const probe = (path: string, as: string) => ask(`GET sys/internal/ui/mounts/${path}`, { token: as })
    expect((await probe('secret/anything', token)).status).toBe(200)
    for (const path of ['kv/x', 'nowhere/x']) {
      expect((await probe(path, token)).body.errors).toEqual([
        "preflight capability check returned 403, please ensure client's policies grant access to path " +
          `"${path}/"`,
      ])
    }
    expect(await probe('secret/x', '')).toMatchObject({
      status: 403,
      body: { errors: ['permission denied'] },
    })
    expect((await probe('secret/x', 'unknown')).status).toBe(403)
  })

  it('are listed twice over, as old clients expect', async () => {
    const { ask } = await openStore()
    const { body } = await ask('GET sys/mounts')
    expect(body['secret/']).toEqual(body.data['secret/'])
    expect(body.data['secret/'].type).toBe('kv')
  })

  it('refuse a path in use and an engine that does not exist', async () => {
    const { ask } = await openStore()
    expect((await ask('POST sys/mounts/secret', { body: { type: 'kv' } })).body).toEqual({
      errors: ['path is already in use at secret/'],
    })
    expect((await ask('POST sys/mounts/x', { body: { type: 'nope' } })).body).toEqual({
      errors: ['plugin not found in the catalog: nope'],
    })
  })

  it('are gone with all they held once disabled', async () => {
    const { ask } = await openStore()
    await ask('POST secret/data/x', { body: { data: {} } })
    await ask('DELETE sys/mounts/secret')
    expect(await ask('GET secret/data/x')).toMatchObject({
      status: 404,
      body: { errors: ['no handler for route "secret/data/x". route entry not found.'] },
    })
  })
})

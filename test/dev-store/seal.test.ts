import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

describe('seal', () => {
  it('answers health with 200 open and 503 sealed, or the codes that were asked for', async () => {
    const { ask, store } = await openStore()
    const health = (query = '') => ask(`GET sys/health${query}`, { token: '' })
    expect(await health()).toMatchObject({
      status: 200,
      body: { initialized: true, sealed: false, standby: false },
    })
    expect((await health('?activecode=299')).status).toBe(299)
    store.seal()
    expect(await health()).toMatchObject({ status: 503, body: { initialized: true, sealed: true } })
    expect((await health('?sealedcode=200')).status).toBe(200)
    expect((await ask('HEAD sys/health', { token: '' })).status).toBe(503)
  })

  it('answers that it has no leader', async () => {
    const { ask } = await openStore()
    expect((await ask('GET sys/leader', { token: '' })).body).toMatchObject({
      ha_enabled: false,
      leader_address: '',
    })
  })

  it('answers everything else with 503 while sealed, and goes on after unseal', async () => {
    const { ask, store } = await openStore()
    await ask('POST secret/data/x', { body: { data: { a: 1 } } })
    expect((await ask('PUT sys/seal')).status).toBe(204)
    for (const request of [
      'GET secret/data/x',
      'POST auth/approle/login',
      'GET sys/internal/ui/mounts/secret',
      'GET x',
    ]) {
      expect(await ask(request)).toMatchObject({ status: 503, body: { errors: ['Vault is sealed'] } })
    }
    expect((await ask('PUT sys/unseal', { body: { key: 'wrong' }, token: '' })).status).toBe(400)
    const unsealed = await ask('PUT sys/unseal', { body: { key: store.unsealKey }, token: '' })
    expect(unsealed.body).toMatchObject({ sealed: false, t: 1, n: 1 })
    expect((await ask('GET secret/data/x')).body.data.data).toEqual({ a: 1 })
  })
})

import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithNamespace() {
  const opened = await openStore()
  await opened.ask('POST sys/namespaces/team')
  const inTeam = (request: string, rest: { body?: unknown; token?: string } = {}) =>
    opened.ask(request, { ...rest, headers: { 'X-Vault-Namespace': 'team' } })
  await inTeam('POST sys/mounts/secret', { body: { type: 'kv-v2' } })
  return { ...opened, inTeam }
}

describe('namespaces', () => {
  it('keep secrets apart', async () => {
    const { ask, inTeam } = await openWithNamespace()
    await inTeam('POST secret/data/x', { body: { data: { of: 'team' } } })
    expect((await ask('GET secret/data/x')).status).toBe(404)
    expect((await inTeam('GET secret/data/x')).body.data.data).toEqual({ of: 'team' })
    expect((await ask('GET team/secret/data/x')).body.data.data).toEqual({ of: 'team' })
  })

  it('have policies and tokens of their own, which are worth nothing outside', async () => {
    const { ask, inTeam } = await openWithNamespace()
    await inTeam('PUT sys/policies/acl/app', {
      body: { policy: 'path "secret/data/*" { capabilities = ["read"] }' },
    })
    const { auth } = (await inTeam('POST auth/token/create', { body: { policies: ['app'] } })).body
    const token: string = auth.client_token
    expect((await inTeam('GET secret/data/x', { token })).status).toBe(404)
    expect((await inTeam('GET sys/internal/ui/mounts/secret/x', { token })).status).toBe(200)
    expect((await ask('GET secret/data/x', { token })).status).toBe(403)
  })

  it('that do not exist are answered with 404', async () => {
    const { ask } = await openWithNamespace()
    expect(await ask('GET secret/data/x', { headers: { 'X-Vault-Namespace': 'none' } })).toMatchObject({
      status: 404,
      body: { errors: ['namespace not found'] },
    })
  })
})

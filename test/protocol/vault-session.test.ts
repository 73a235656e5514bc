import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Provider } from '../../src/core/ports.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, textIn, type VaultWorkplace } from '../support/vault-workplace.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

describe.each(vaultServerKinds())('a session with Vault, on $name', kind => {
  let place: VaultWorkplace
  let proxy: FaultProxy
  beforeAll(async () => {
    place = await createVaultWorkplace(await kind.start())
    proxy = await startFaultProxy(place.server.address)
    await place.put('app/x', { a: '1' })
  })
  afterEach(async () => {
    await place.clear()
    proxy.requests.length = 0
  })
  afterAll(async () => {
    place[Symbol.dispose]()
    await proxy[Symbol.asyncDispose]()
    await place.server[Symbol.asyncDispose]()
  })

  const read = async (provider: Provider) =>
    (await place.read(provider, 'vault:secret/app/x')).fields.get('a')?.content
  const paths = () => proxy.requests.map(({ url }) => url.replace('/v1/', ''))
  const countOf = (path: string) => paths().filter(other => other === path).length
  const keepAlive = (provider: Provider) => provider.keepAlive?.(new AbortController().signal)
  /** A provider that logs in by another role of AppRole, behind the proxy, with a clock of its own. */
  const openAs = async (role: string, settings: object) => {
    await place.server.call('POST', `auth/approle/role/${role}`, { token_policies: 'app', ...settings })
    const at = `auth/approle/role/${role}`
    const roleId = textIn(await place.server.call('GET', `${at}/role-id`), 'data', 'role_id')
    const secretId = textIn(await place.server.call('POST', `${at}/secret-id`, {}), 'data', 'secret_id')
    const clock = createVirtualClock(Date.now())
    const auth = {
      method: 'approle',
      mount: 'approle',
      roleId,
      secretIdFile: place.file(role, secretId),
    } as const
    return { clock, provider: place.open(auth, { address: proxy.address }, clock) }
  }

  it('replaces a token that the server no longer knows, once for all that notice', async () => {
    const { provider } = await openAs('revoked', {})
    await read(provider)
    await place.revokeTokens('approle')
    const values = await Promise.all(Array.from({ length: 10 }, () => read(provider)))
    expect(new Set(values)).toEqual(new Set(['1']))
    expect(place.count('logged_in')).toBe(2)
    // The old one, which nobody knows, and the new one, which shows that this means something.
    expect(countOf('auth/token/lookup-self')).toBe(2)
  })

  it('does not log in again for what the policy forbids, nor look the token up each time', async () => {
    const { provider } = await openAs('forbidden', {})
    const forbidden = () =>
      expect(place.read(provider, 'vault:secret/other/x')).rejects.toMatchObject({ kind: 'forbidden' })
    for (let n = 0; n < 5; n += 1) await forbidden()
    await Promise.all(Array.from({ length: 5 }, forbidden))
    expect(place.count('logged_in')).toBe(1)
    expect(countOf('auth/token/lookup-self')).toBe(1)
  })

  it('does not log in again and again where the role may not look its token up', async () => {
    const { provider } = await openAs('silent', { token_no_default_policy: true })
    for (let n = 0; n < 5; n += 1) {
      await expect(place.read(provider, 'vault:secret/other/x')).rejects.toMatchObject({ kind: 'forbidden' })
    }
    expect(place.count('logged_in')).toBeLessThanOrEqual(2)
    expect(await read(provider)).toBe('1')
  })

  it('renews its token after two thirds of its life', async () => {
    const { provider, clock } = await openAs('renewed', { token_ttl: '60s', token_max_ttl: '1h' })
    expect(await keepAlive(provider)).toBe(40_000)
    await clock.advance(39_000)
    expect(await keepAlive(provider)).toBe(1_000)
    expect(place.count('token_renewed')).toBe(0)
    await clock.advance(1_000)
    expect(await keepAlive(provider)).toBe(40_000)
    expect(place.count('token_renewed')).toBe(1)
    expect(place.count('logged_in')).toBe(1)
    expect(await read(provider)).toBe('1')
  })

  it('logs in again where the server refuses to renew', async () => {
    const { provider, clock } = await openAs('refused', { token_ttl: '60s' })
    await keepAlive(provider)
    await place.revokeTokens('approle')
    await clock.advance(40_000)
    expect(await keepAlive(provider)).toBe(40_000)
    expect(place.count('logged_in')).toBe(2)
    expect(await read(provider)).toBe('1')
  })

  // The embedded store makes no batch tokens, and a real database engine needs a database.
  if (kind.embedded) {
    it('renews leases, and says of one that is gone that it is missing', async () => {
      const { server } = place
      await server.call('POST', 'sys/mounts/database', { type: 'database' })
      await server.call('POST', 'database/roles/app', { db_name: 'x', default_ttl: '60s', max_ttl: '1h' })
      await place.server.call('POST', 'sys/policies/acl/database', {
        policy: 'path "database/creds/app" { capabilities = ["read"] }',
      })
      const { provider } = await openAs('leased', { token_policies: ['database'] })
      const secret = await place.read(provider, 'vault:database/creds/app')
      const other = await place.read(provider, 'vault:database/creds/app')
      expect([...secret.fields.keys()].sort()).toEqual(['password', 'username'])
      expect(secret.lease).toMatchObject({ ttlMs: 60_000, renewable: true })
      expect(secret.version).not.toBe(other.version)
      expect(secret.lease?.id.includes(secret.version)).toBe(false)
      const lease = secret.lease
      if (lease === undefined) return expect.unreachable()
      const signal = new AbortController().signal
      expect(await provider.renew?.(lease, signal)).toEqual(lease)
      await server.call('POST', 'sys/leases/revoke', { lease_id: lease.id })
      await expect(provider.renew?.(lease, signal)).rejects.toMatchObject({ kind: 'missing' })
    })
  } else {
    it('logs in again before the end of a token that cannot be renewed', async () => {
      const { provider, clock } = await openAs('batch', { token_type: 'batch', token_ttl: '60s' })
      expect(await keepAlive(provider)).toBe(40_000)
      await clock.advance(40_000)
      expect(await keepAlive(provider)).toBe(40_000)
      expect(place.count('logged_in')).toBe(2)
      expect(countOf('auth/token/renew-self')).toBe(0)
      expect(await read(provider)).toBe('1')
    })

    it('keeps its token where a new login fails', async () => {
      const { provider, clock } = await openAs('kept', { token_type: 'batch', token_ttl: '60s' })
      await keepAlive(provider)
      place.file('kept', 'of-no-use')
      await clock.advance(40_000)
      await expect(keepAlive(provider)).rejects.toMatchObject({ kind: 'unauthenticated' })
      expect(await read(provider)).toBe('1')
    })
  }
})

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.ts'
import { fieldsOfText, type Lease } from '../../src/core/secret.ts'
import { openHouse } from '../support/agent-house.ts'
import { outputOf } from '../support/memory-ends.ts'

const ttlMs = 90_000
const maxTtlMs = 300_000

/** A house whose one secret is issued anew at each fetch: `one`, `two`, ... with the lease `lease-1`, `lease-2`, ... */
function openLeased(settings: { renewable?: boolean; maxTtlMs?: number; removed?: string[] } = {}) {
  const house = openHouse([outputOf('/s/a', 'memory:a')], settings)
  const { clock, provider, publisher } = house
  const issued: { lease: Lease; endsAt: number }[] = []
  const limitMs = settings.maxTtlMs ?? maxTtlMs
  provider.answer('a', () => {
    const id = `lease-${issued.length + 1}`
    const lease = { id, ttlMs, renewable: settings.renewable ?? true }
    issued.push({ lease, endsAt: clock.now() + limitMs })
    return { fields: fieldsOfText(`user-${issued.length}`), version: `v${issued.length}`, lease }
  })
  provider.grant = lease => {
    const end = issued.find(({ lease: { id } }) => id === lease.id)?.endsAt ?? 0
    return { ...lease, ttlMs: Math.min(ttlMs, end - clock.now()) }
  }
  const published = (name: string) => clock.until(() => publisher.files.get('/s/a') === name, 3_600_000)
  const revokedIds = () => provider.revocations.map(({ id }) => id)
  return { ...house, issued, published, revokedIds }
}

const down = new ProviderError('unavailable', 'memory is down')

describe('a lease', () => {
  it('is renewed at about two thirds of its life, without a new version', async () => {
    const { clock, provider, start, published } = openLeased({ maxTtlMs: 86_400_000 })
    start()
    await published('user-1')
    await clock.advance(600_000)
    const gaps = provider.renewals.map(({ at }, n) => at - (provider.renewals[n - 1]?.at ?? at))
    expect(provider.renewals.length).toBeGreaterThan(8)
    for (const gap of gaps.slice(1)) expect(gap).toBeCloseTo(60_000, -4)
    expect(provider.requests).toHaveLength(1)
  })

  it('is replaced, published and told before max_ttl ends it, over and over', async () => {
    const { clock, notifier, start, published, issued } = openLeased()
    start()
    await published('user-1')
    for (let n = 2; n <= 20; n += 1) {
      await clock.until(() => notifier.told.length === n - 1)
      await published(`user-${n}`)
      expect(clock.now()).toBeLessThan(issued[n - 2]?.endsAt ?? 0)
    }
  })

  it('is revoked once another is published, everybody is told, and revoke_after has passed', async () => {
    const { clock, provider, notifier, start, published, issued, revokedIds } = openLeased()
    start()
    await published('user-1')
    notifier.failure = new Error('nobody listens')
    await published('user-2')
    const untilEndMs = (issued[0]?.endsAt ?? 0) - clock.now()
    expect(untilEndMs).toBeGreaterThan(5_000)
    notifier.failure = undefined
    await clock.until(() => notifier.told.length === 1)
    const toldAt = clock.now()
    await clock.until(() => revokedIds().length > 0, 10_000)
    expect(revokedIds()).toEqual(['lease-1'])
    expect(provider.revocations[0]?.at).toBe(toldAt + 5_000)
  })

  it('is left to its end where nobody can be told, or its successor cannot be published', async () => {
    for (const trouble of ['notify', 'publish'] as const) {
      const { clock, notifier, publisher, start, published, revokedIds, issued } = openLeased()
      start()
      await published('user-1')
      if (trouble === 'notify') notifier.failure = new Error('nobody listens')
      else {
        publisher.publish = async outputs => ({
          publication: undefined,
          failures: outputs.map(({ output }) => ({ path: output.path, error: new Error('no space left') })),
        })
      }
      await clock.until(() => issued.length === 2)
      await clock.until(() => clock.now() > (issued[0]?.endsAt ?? 0) + 60_000)
      expect(revokedIds(), trouble).toEqual([])
    }
  })

  it('is revoked a while later where the backend is in trouble at that moment', async () => {
    const { clock, provider, notifier, start, published, revokedIds } = openLeased()
    start()
    await published('user-1')
    await clock.until(() => notifier.told.length === 1)
    provider.failAll(down)
    await clock.advance(6_000)
    expect(revokedIds()).toEqual([])
    provider.failAll(undefined)
    await clock.until(() => revokedIds().includes('lease-1'), 5_000)
  })

  it('that may not be revoked ends by itself, and the log says what would help', async () => {
    const { clock, provider, journal, start, published } = openLeased()
    provider.revoke = async () => {
      throw new ProviderError('forbidden', 'memory:revoke is forbidden')
    }
    start()
    await published('user-2')
    await clock.until(() => journal.lines.some(({ event }) => event === 'lease_not_revoked'), 60_000)
    await clock.advance(60_000)
    const lines = journal.lines.filter(({ event }) => event === 'lease_not_revoked')
    expect(lines).toMatchObject([{ severity: 'warn', fields: { hint: expect.stringContaining('revoke') } }])
  })

  it('that cannot be renewed is read again in time', async () => {
    const { clock, provider, start, published } = openLeased({ renewable: false })
    start()
    await published('user-1')
    const startedAt = clock.now()
    await published('user-2')
    expect(clock.now() - startedAt).toBeLessThan(ttlMs * 0.8)
    expect(provider.renewals).toEqual([])
  })

  it('whose renewal fails is renewed again while it lives, and costs no new credential', async () => {
    const { clock, provider, start, published, agent } = openLeased({ maxTtlMs: 86_400_000 })
    start()
    await published('user-1')
    provider.failRenewals(down)
    await clock.until(() => provider.renewals.length > 3)
    provider.failRenewals(undefined)
    await clock.advance(10_000)
    expect(agent.status().secrets[0]).toMatchObject({ failures: 0 })
    await clock.advance(300_000)
    expect(provider.requests).toHaveLength(1)
  })

  it('whose renewal goes on failing is replaced close to its end, and before it', async () => {
    const { clock, provider, start, published } = openLeased({ maxTtlMs: 86_400_000 })
    start()
    await published('user-1')
    const startedAt = clock.now()
    provider.failRenewals(down)
    await published('user-2')
    const tookMs = clock.now() - startedAt
    expect(tookMs).toBeGreaterThan(ttlMs * 0.85)
    expect(tookMs).toBeLessThan(ttlMs)
  })

  it('that the backend no longer knows is replaced at once', async () => {
    const { clock, provider, start, published } = openLeased({ maxTtlMs: 86_400_000 })
    start()
    await published('user-1')
    provider.failRenewals(new ProviderError('missing', 'memory:renew does not exist'))
    const startedAt = clock.now()
    await published('user-2')
    expect(clock.now() - startedAt).toBeLessThan(ttlMs * 0.75)
  })

  it('that ends with its session is replaced as soon as there is another, and nothing else is', async () => {
    const { clock, provider, start, published } = openLeased({ maxTtlMs: 86_400_000 })
    start()
    await published('user-1')
    await clock.advance(1_000)
    provider.push('a')
    await clock.advance(100)
    expect(provider.renewals).toHaveLength(1)
    expect(provider.requests).toHaveLength(1)
    provider.failRenewals(new ProviderError('missing', 'it ended with its session'))
    provider.push('a')
    const startedAt = clock.now()
    await published('user-2')
    expect(clock.now() - startedAt).toBeLessThan(200)
  })

  it('is asked for again where its session ends while it is being issued', async () => {
    const { clock, provider, start, published } = openLeased({ maxTtlMs: 86_400_000 })
    provider.delay('a', 1_000)
    start()
    await clock.advance(500)
    provider.failRenewals(new ProviderError('missing', 'it ended with its session'))
    provider.push('a')
    await published('user-2')
  })

  it('lasts over a new configuration, with those that are about to be revoked', async () => {
    const { clock, notifier, start, published, end, follow, provider, revokedIds } = openLeased()
    const ended = start()
    await published('user-1')
    await published('user-2')
    await clock.until(() => notifier.told.length === 1)
    end.abort()
    await ended
    const before = provider.requests.length
    follow()
    await clock.until(() => revokedIds().includes('lease-1'), 31_000)
    expect(provider.requests).toHaveLength(before)
  })
})

describe('a secret that its backend rotates by itself', () => {
  /** Rotates at each full `periodMs`, late by `lateMs`. */
  function openScheduled(periodMs: number, { lateMs = 0, refreshMs = 3_600_000 } = {}) {
    const house = openHouse([outputOf('/s/a', 'memory:a')], { refreshMs })
    const { clock, provider } = house
    const startedAt = clock.now()
    provider.answer('a', () => {
      const count = Math.max(0, Math.floor((clock.now() - startedAt - lateMs) / periodMs))
      const dueAt = startedAt + (count + 1) * periodMs
      const rotatesInMs = Math.max(0, dueAt - clock.now())
      return { fields: fieldsOfText(`password-${count}`), version: `v${count}`, rotatesInMs }
    })
    return { ...house, startedAt }
  }

  it('is read just after each rotation, whatever its refresh interval', async () => {
    const { clock, provider, publisher, start, startedAt } = openScheduled(600_000)
    start()
    await clock.until(() => publisher.complete)
    for (let n = 1; n <= 5; n += 1) {
      await clock.until(() => publisher.files.get('/s/a') === `password-${n}`)
      expect(clock.now() - startedAt - n * 600_000).toBeLessThan(1_500)
    }
    expect(provider.requests.length).toBeLessThanOrEqual(6)
  })

  it('is looked at now and then where the rotation is late, without hammering', async () => {
    const { clock, provider, publisher, start, startedAt } = openScheduled(600_000, { lateMs: 60_000 })
    start()
    await clock.until(() => publisher.files.get('/s/a') === 'password-1')
    expect(clock.now() - startedAt - 660_000).toBeLessThan(60_000)
    expect(provider.requests.length).toBeLessThan(12)
  })

  it('is polled at its refresh interval too, for somebody may rotate it by hand', async () => {
    const { clock, provider, publisher, start } = openScheduled(86_400_000, { refreshMs: 60_000 })
    start()
    await clock.until(() => publisher.complete)
    await clock.advance(600_000)
    expect(provider.requests.length).toBeGreaterThan(9)
  })
})

describe('a secret that is refused for good', () => {
  const forbidden = new ProviderError('forbidden', 'memory:a is forbidden')
  const outputs = [outputOf('/s/a', 'memory:a'), outputOf('/s/b', 'memory:b')]

  it('takes its outputs along where on_revoked says so, and nothing else', async () => {
    const { clock, provider, publisher, agent, start } = openHouse(outputs, { removed: ['a'] })
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    provider.fail('a', forbidden)
    await clock.until(() => !publisher.files.has('/s/a'))
    expect([...publisher.files]).toEqual([['/s/b', 'two']])
    expect(agent.status().ready).toBe(false)
  })

  it('comes back with its outputs, and everybody is told, once it is allowed again', async () => {
    const { clock, provider, publisher, notifier, agent, start } = openHouse(outputs, { removed: ['a'] })
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    provider.fail('a', forbidden)
    await clock.until(() => !publisher.files.has('/s/a'))
    expect(notifier.told).toEqual([])
    provider.fail('a', undefined)
    await clock.until(() => publisher.files.has('/s/a'), 31_000)
    await clock.until(() => notifier.told.length === 1)
    expect(agent.status().ready).toBe(true)
  })

  it('stays published where it is refused only once or twice, or the backend is in trouble', async () => {
    const { clock, provider, publisher, start, agent } = openHouse(outputs, {
      removed: ['a'],
      refreshMs: 1_000,
    })
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    provider.fail('a', forbidden)
    await clock.until(() => agent.status().secrets.some(({ failures }) => failures === 2))
    provider.fail('a', undefined)
    await clock.advance(10_000)
    provider.failAll(new ProviderError('sealed', 'memory is sealed'))
    await clock.advance(600_000)
    expect(publisher.files.get('/s/a')).toBe('one')
  })

  it('goes also where it was published by an agent before this one', async () => {
    const { clock, provider, publisher, start, end, restart } = openHouse(outputs, { removed: ['a'] })
    provider.put('a', 'one')
    provider.put('b', 'two')
    const ended = start()
    await clock.until(() => publisher.complete)
    end.abort()
    await ended
    provider.fail('a', forbidden)
    restart()
    await clock.until(() => !publisher.files.has('/s/a'), 60_000)
    expect([...publisher.files.keys()]).toEqual(['/s/b'])
  })

  it('keeps a first start from publishing anything, as ever', async () => {
    const { clock, provider, publisher, start } = openHouse(outputs, { removed: ['a'] })
    provider.fail('a', forbidden)
    provider.put('b', 'two')
    start()
    await clock.advance(50_000)
    expect([...publisher.files]).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.ts'
import type { Lease } from '../../src/core/secret.ts'
import { openHouse } from '../support/agent-house.ts'
import { outputOf } from '../support/memory-ends.ts'

// Somebody sets the wall clock: nothing that waits, ages or ends goes by it.

const hour = 3_600_000
const jumps = [
  ['forwards', 5 * hour],
  ['back', -5 * hour],
] as const

async function openRunning(lease?: Lease) {
  const house = openHouse([outputOf('/s/a', 'memory:a')])
  house.provider.put('a', 'one', lease)
  house.start()
  await house.clock.until(() => house.publisher.complete)
  return house
}

describe.each(jumps)('a wall clock that jumps hours %s', (_, jumpMs) => {
  it('neither delays the next poll nor brings it forward', async () => {
    const { clock, provider, publisher } = await openRunning()
    await clock.advance(1_000)
    clock.jump(jumpMs)
    const before = provider.requests.length
    await clock.advance(2_000)
    expect(provider.requests.length).toBe(before)
    provider.put('a', 'two')
    await clock.until(() => publisher.files.get('/s/a') === 'two', 60_000)
    expect(provider.requests.length).toBe(before + 1)
  })

  it('makes nothing stale, and hides nothing that is', async () => {
    const { clock, provider, agent } = await openRunning()
    clock.jump(jumpMs)
    expect(agent.status().ready).toBe(true)
    provider.failAll(new ProviderError('unavailable', 'memory is down'))
    await clock.advance(16 * 60_000)
    expect(agent.status().ready).toBe(false)
  })

  it('shows instants as the clock has them now', async () => {
    const { clock, agent } = await openRunning()
    await clock.advance(1_000)
    clock.jump(jumpMs)
    const fetchedAt = agent.status().secrets[0]?.fetchedAt ?? 0
    expect(clock.now() - fetchedAt).toBe(1_000)
  })

  it('renews a lease at its time, and takes no new one', async () => {
    const { clock, provider } = await openRunning({ id: 'lease', ttlMs: hour, renewable: true })
    await clock.advance(60_000)
    clock.jump(jumpMs)
    await clock.advance(hour / 2)
    expect(provider.renewals).toHaveLength(0)
    await clock.advance(hour / 4)
    expect(provider.renewals).toHaveLength(1)
    expect(provider.requests).toHaveLength(1)
  })

  it('ends no wait that a backend asked for, and makes none longer', async () => {
    const { clock, provider, publisher } = await openRunning()
    provider.put('a', 'two')
    provider.failAll(new ProviderError('throttled', 'memory is busy', { retryAfterMs: 30_000 }))
    const before = provider.requests.length
    await clock.until(() => provider.requests.length > before, 60_000)
    clock.jump(jumpMs)
    provider.failAll(undefined)
    await clock.advance(29_000)
    expect(provider.requests.length).toBe(before + 1)
    await clock.until(() => publisher.files.get('/s/a') === 'two', 6_000)
  })
})

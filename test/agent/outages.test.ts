import { describe, expect, it } from 'vitest'
import { type FailureKind, ProviderError } from '../../src/core/errors.ts'
import { openHouse } from '../support/agent-house.ts'
import { outputOf } from '../support/memory-ends.ts'

// Whatever the backend does wrong and however long: all is well within 5 s of its end, and nobody hammered meanwhile.

const minute = 60_000
const kinds: readonly FailureKind[] = [
  'unreachable',
  'sealed',
  'unavailable',
  'throttled',
  'malformed',
  'unauthenticated',
  'forbidden',
  'missing',
]
const outages = [
  ['45 s', 45_000],
  ['10 minutes', 10 * minute],
  ['4 hours', 240 * minute],
] as const
/** Half of what jitter can be, and most of it. */
const jitters = [0.5, 0.999]

describe.each(outages)('after an outage of %s', (_, outageMs) => {
  it.each(kinds)('that was %s, what rotated is there within 5 s', async kind => {
    for (const jitter of jitters) {
      const { clock, provider, publisher, start, agent } = openHouse([outputOf('/s/a', 'memory:a')], {
        random: () => jitter,
      })
      provider.put('a', 'one')
      start()
      await clock.until(() => publisher.complete)
      provider.fail('a', new ProviderError(kind, 'memory is in trouble'))
      await clock.until(() => agent.status().secrets[0]?.failures === 1, 2 * minute)
      const before = provider.requests.length
      provider.put('a', 'two')
      await clock.advance(outageMs)
      expect(publisher.files.get('/s/a')).toBe('one')
      expect(agent.status().ready).toBe(outageMs < 15 * minute)
      expect(provider.requests.length - before).toBeLessThan(10 + outageMs / 2_000)
      provider.fail('a', undefined)
      await clock.until(() => publisher.files.get('/s/a') === 'two', 5_000)
      expect(agent.status()).toMatchObject({ ready: true, secrets: [{ failures: 0 }] })
    }
  })
})

describe('many secrets that are refused', () => {
  it('are asked for no more often together than a few, and come back together', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `${n}`)
    const { clock, provider, publisher, start } = openHouse(
      names.map(name => outputOf(`/s/${name}`, `memory:${name}`)),
      { notifiers: [] },
    )
    for (const name of names) provider.put(name, 'one')
    start()
    await clock.until(() => publisher.complete)
    for (const name of names) provider.fail(name, new ProviderError('forbidden', 'it is forbidden'))
    await clock.advance(5 * minute)
    const before = provider.requests.length
    await clock.advance(minute)
    expect(provider.requests.length - before).toBeLessThan(50 * 5)
    for (const name of names) {
      provider.fail(name, undefined)
      provider.put(name, 'two')
    }
    await clock.until(() => [...publisher.files.values()].every(content => content === 'two'), 5_000)
  })
})

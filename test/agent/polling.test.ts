import { describe, expect, it } from 'vitest'
import { createPollInstants } from '../../src/agent/poll-instants.ts'
import { openHouse } from '../support/agent-house.ts'
import { outputOf } from '../support/memory-ends.ts'

describe('secrets that have nothing in common', () => {
  const names = Array.from({ length: 50 }, (_, n) => `${n}`)
  const outputs = names.map(name => outputOf(`/s/${name}`, `memory:${name}`))

  it('are polled at shared instants, each within the last tenth of its interval', async () => {
    const { clock, provider, start } = openHouse(outputs, { notifiers: [], random: Math.random })
    for (const name of names) provider.put(name, 'one')
    start()
    await clock.advance(10 * 60_000)
    const from = clock.now()
    await clock.advance(10 * 60_000)
    const polls = provider.requests.filter(({ at }) => at >= from)
    const instants = [...new Set(polls.map(({ at }) => at))]
    expect(polls.length).toBe(names.length * instants.length)
    for (const [n, at] of instants.slice(1).entries()) {
      const waited = at - (instants[n] ?? 0)
      expect(waited).toBeGreaterThanOrEqual(54_000)
      expect(waited).toBeLessThanOrEqual(60_000)
    }
  })
})

describe('an instant', () => {
  it('is within the last share of the interval, drawn at random', () => {
    for (const [drawn, expected] of [
      [0, 160_000],
      [0.5, 157_000],
      [1, 154_000],
    ] as const) {
      expect(createPollInstants(() => drawn).next(100_000, 60_000, 0.1)).toBe(expected)
    }
  })

  it('is joined by those of the same interval for which it comes in time and not much too early', () => {
    const draws = [0, 1, 0.5, 0]
    const instants = createPollInstants(() => draws.shift() ?? 0)
    expect(instants.next(0, 60_000, 0.1)).toBe(60_000)
    expect(instants.next(1, 60_000, 0.1)).toBe(60_000)
    expect(instants.next(30_000, 60_000, 0.1)).toBe(60_000)
    expect(instants.next(30_001, 60_000, 0.1)).toBe(84_001)
    expect(instants.next(1, 30_000, 0.1)).toBe(28_501)
    expect(instants.next(90_000, 60_000, 0.1)).toBe(150_000)
  })

  it('of a first interval may come soon, and is shared all the same', () => {
    const instants = createPollInstants(() => 1)
    expect(instants.next(0, 60_000, 0.9)).toBe(6_000)
    expect(instants.next(0, 60_000, 0.9)).toBe(6_000)
  })
})

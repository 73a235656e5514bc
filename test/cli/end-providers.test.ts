import { describe, expect, it } from 'vitest'
import { type WatchedSecret, watchSecret } from '../../src/agent/watched-secret.ts'
import { type Before, nothingBefore } from '../../src/cli/compose-agent.ts'
import { endProviders } from '../../src/cli/end-providers.ts'
import { ProviderError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import type { Lease } from '../../src/core/secret.ts'
import { createMemoryJournal, createMemoryProvider } from '../support/memory-ends.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const leaseOf = (id: string): Lease => ({ id, ttlMs: 60_000, renewable: true })

function secretOf(reference: string, lease: Lease): WatchedSecret {
  const settings = { refreshMs: 60_000, optional: false, revokeAfterMs: 0, onRevoked: 'keep' } as const
  const watched = watchSecret({ names: [], reference: parseReference(reference), ...settings })
  return { ...watched, lease: { lease, expiresAt: 0, renew: true } }
}

function house(end: Provider['end']) {
  const clock = createVirtualClock()
  const journal = createMemoryJournal()
  const ends = { clock, journal, random: () => 0.5 }
  let closed = 0
  const close = async () => {
    closed += 1
  }
  const revoking = { ...createMemoryProvider(clock, 'a'), close, ...(end && { end }) }
  const keeping = { ...createMemoryProvider(clock, 'b'), close }
  const retired = {
    key: 'a:x',
    provider: 'a',
    version: 'v',
    lease: leaseOf('old'),
    expiresAt: 0,
    revokeAfterMs: 0,
  }
  const secrets = [
    secretOf('a:x', leaseOf('new')),
    secretOf('a:certificate', leaseOf('')),
    secretOf('b:x', leaseOf('b')),
  ]
  const before: Before = {
    ...nothingBefore(),
    providers: new Map([
      ['1', revoking],
      ['2', keeping],
    ]),
    carried: { secrets: new Map(secrets.map(secret => [secret.key, secret])), retired: [retired] },
  }
  const events = () => journal.lines.map(({ event }) => event)
  return { clock, events, end: () => endProviders(before, ends), closed: () => closed }
}

describe('the end of the agent', () => {
  it('revokes what a provider had issued where its configuration says so, and closes all', async () => {
    const given: string[] = []
    const { end, events, closed } = house(async leases => {
      given.push(...leases.map(({ id }) => id))
    })
    await end()
    expect(given).toEqual(['new', 'old'])
    expect(events()).toEqual(['session_revoked'])
    expect(closed()).toBe(2)
  })

  it('comes in time, whether that fails or hangs', async () => {
    const failing = house(async () => {
      throw new ProviderError('unreachable', 'a does not answer')
    })
    await failing.end()
    expect(failing.events()).toEqual(['session_not_revoked'])
    const hanging = house(
      (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    const ended = hanging.end()
    await hanging.clock.advance(5_000)
    await ended
    expect(hanging.events()).toEqual(['session_not_revoked'])
    expect(hanging.closed()).toBe(2)
  })

  it('leaves everything as it is otherwise', async () => {
    const { end, events, closed } = house(undefined)
    await end()
    expect(events()).toEqual([])
    expect(closed()).toBe(2)
  })
})

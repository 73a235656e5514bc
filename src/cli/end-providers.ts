import type { Carried } from '../agent/watched-secret.ts'
import { messageOf } from '../core/errors.ts'
import type { Provider } from '../core/ports.ts'
import type { Lease } from '../core/secret.ts'
import type { Before, Ends } from './compose-agent.ts'

/** Engines give a container ten seconds until they kill it. */
const endWithinMs = 5_000

/** At the agent's end: revokes what the configuration wants revoked, in bounded time, and closes every provider. */
export async function endProviders({ providers, carried }: Before, ends: Ends): Promise<void> {
  await Promise.all(
    [...providers.values()].map(async provider => {
      await revokeAll(provider, { leases: leasesOf(provider, carried), ends })
      await provider.close()
    }),
  )
}

async function revokeAll(
  provider: Provider,
  { leases, ends }: { leases: readonly Lease[]; ends: Ends },
): Promise<void> {
  const { clock, journal } = ends
  const done = new AbortController()
  const tooLate = new AbortController()
  clock.sleep(endWithinMs, done.signal).then(
    () => tooLate.abort(new Error(`it took longer than ${endWithinMs} ms`)),
    () => undefined,
  )
  const { name } = provider
  try {
    if (provider.end === undefined) return
    await provider.end(leases, tooLate.signal)
    journal.record('info', 'session_revoked', `what ${name} had issued is revoked`, { provider: name })
  } catch (error) {
    const message = `what ${name} had issued is not revoked: ${messageOf(error)}`
    journal.record('warn', 'session_not_revoked', message, { provider: name })
  } finally {
    done.abort()
  }
}

function leasesOf({ name }: Provider, { secrets, retired }: Carried): Lease[] {
  const running = [...secrets].flatMap(([key, { lease }]) =>
    lease !== undefined && lease.lease.id !== '' && key.startsWith(`${name}:`) ? lease.lease : [],
  )
  return [...running, ...retired.filter(({ provider }) => provider === name).map(({ lease }) => lease)]
}

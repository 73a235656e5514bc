import { backoffMs } from '../core/backoff.ts'
import { messageOf, ProviderError } from '../core/errors.ts'
import type { Provider } from '../core/ports.ts'
import type { Parts } from './plan.ts'
import type { ProviderHealth } from './provider-health.ts'

/** Often enough that a token near its end is renewed as soon as the backend is back. */
const backoffLimits = { baseMs: 1_000, maxMs: 5_000 }

export interface SessionKeeping {
  readonly parts: Parts
  readonly healthOf: (provider: string) => ProviderHealth | undefined
  /** Told after each step in the life of a session. */
  readonly lived: () => void
}

/** Keeps every provider's session alive. Resolves when the signal is aborted; an error is only ever retried. */
export async function keepSessions(keeping: SessionKeeping, signal: AbortSignal): Promise<void> {
  const { providers, clock } = keeping.parts
  const kept = [...providers.values()].map(provider => keepSession(provider, keeping, signal))
  await Promise.allSettled([...kept, clock.sleep(Number.POSITIVE_INFINITY, signal)])
}

async function keepSession(
  provider: Provider,
  { parts, healthOf, lived }: SessionKeeping,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, journal } = parts
  if (provider.keepAlive === undefined) return
  let failures = 0
  while (true) {
    try {
      const nextMs = await provider.keepAlive(signal)
      lived()
      failures = 0
      await clock.sleep(nextMs, signal)
    } catch (error) {
      signal.throwIfAborted()
      failures += 1
      const retryAfterMs = error instanceof ProviderError ? error.retryAfterMs : undefined
      const waitMs = backoffMs(failures, backoffLimits, random, retryAfterMs)
      // While reads fail too, they say so; a line of its own would say it twice.
      const severity = (healthOf(provider.name)?.failures ?? 0) > 0 ? 'debug' : 'warn'
      journal.record(severity, 'session_failed', messageOf(error), { provider: provider.name, failures })
      await clock.sleep(waitMs, signal)
    }
  }
}

import { backoffMs } from '../core/backoff.ts'
import type { ProviderError } from '../core/errors.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { WatchedSecret } from './watched-secret.ts'

/** A backend that is down is asked by one request per interval, whatever is configured; back again, it is used at once. */
const backoffLimits = { baseMs: 500, maxMs: 5_000 }
/** One secret that is slow to come holds the others up no longer than this. */
const patienceMs = 250

/**
 * What is known of a backend as a whole, shared by all secrets that come from it. Its trust is won as TCP's slow start
 * wins it: one read at first and after trouble, one more at a time for each that went well, so that a fleet whose server
 * is overloaded asks it once per agent, not once per secret.
 */
export interface ProviderHealth {
  /** Failures in a row that say the backend, not one secret, is in trouble. */
  readonly failures: number
  /** How often it was down so far. Throttling is not counted: that spreads a fleet by itself. */
  readonly outages: number
  /** No request before this instant of Clock.uptime(). */
  readonly retryAt: number
  /** Waits for its turn; false where the backend is in trouble and is not to be asked before `retryAt`. */
  admit(signal: AbortSignal): Promise<boolean>
  /** After each read that was admitted. */
  leave(): void
  succeeded(): void
  /** `askedAt` is when the read began: a request that hung has been waited for already. */
  failed(error: ProviderError, askedAt: number): void
  /** Those that are not to be had just now. What gives one of them back may give back all. */
  readonly refused: Set<WatchedSecret>
}

export function createProviderHealth(clock: Clock, random: Random): ProviderHealth {
  let failures = 0
  let outages = 0
  let retryAt = 0
  let allowed = 1
  let underWay = 0
  const waiting: ((admitted: boolean) => void)[] = []
  let isWatching = false

  function admitWaiting(): void {
    const free = Math.max(0, allowed - underWay)
    for (const enter of waiting.splice(0, free)) {
      underWay += 1
      enter(true)
    }
  }

  /** While nothing comes back, one more is let in now and then. */
  async function growImpatient(signal: AbortSignal): Promise<void> {
    if (isWatching) return
    isWatching = true
    try {
      while (waiting.length > 0) {
        await clock.sleep(patienceMs, signal)
        allowed += 1
        admitWaiting()
      }
    } catch {
      // The agent ends, and with it every read.
      for (const enter of waiting.splice(0)) enter(false)
    } finally {
      isWatching = false
    }
  }

  return {
    get failures() {
      return failures
    },
    get outages() {
      return outages
    },
    get retryAt() {
      return retryAt
    },
    async admit(signal) {
      if (clock.uptime() < retryAt) return false
      if (waiting.length === 0 && underWay < allowed) {
        underWay += 1
        return true
      }
      const admitted = new Promise<boolean>(resolve => waiting.push(resolve))
      void growImpatient(signal)
      return admitted
    },
    refused: new Set(),
    leave() {
      underWay -= 1
      admitWaiting()
    },
    succeeded() {
      failures = 0
      retryAt = 0
      allowed += 1
    },
    failed(error, askedAt) {
      // Requests that were under way together fail together: they are one failure.
      if (clock.uptime() < retryAt && error.retryAfterMs === undefined) return
      if (failures === 0 && error.kind !== 'throttled') outages += 1
      failures += 1
      const waitMs = backoffMs(failures, backoffLimits, random, error.retryAfterMs)
      const soonest = clock.uptime() + backoffLimits.baseMs / 10
      retryAt = Math.max(
        retryAt,
        error.retryAfterMs === undefined ? Math.max(askedAt + waitMs, soonest) : clock.uptime() + waitMs,
      )
      allowed = 1
      for (const enter of waiting.splice(0)) enter(false)
    },
  }
}

/** True where waiting concerns every secret of the provider: it is in trouble, or it refuses the login. */
export function concernsWholeProvider(error: ProviderError): boolean {
  return error.transient || error.kind === 'unauthenticated'
}

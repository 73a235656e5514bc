import { backoffMs } from '../core/backoff.ts'
import type { ProviderError } from '../core/errors.ts'
import type { Clock, Random } from '../core/ports.ts'

/** A backend that is down is asked by one request per interval, whatever is configured; back again, it is used at once. */
const backoffLimits = { baseMs: 500, maxMs: 5_000 }

/** What is known of a backend as a whole, shared by all secrets that come from it. */
export interface ProviderHealth {
  /** Failures in a row that say the backend, not one secret, is in trouble. */
  readonly failures: number
  /** No request before this instant. */
  readonly retryAt: number
  succeeded(): void
  failed(error: ProviderError): void
}

export function createProviderHealth(clock: Clock, random: Random): ProviderHealth {
  let failures = 0
  let retryAt = 0
  return {
    get failures() {
      return failures
    },
    get retryAt() {
      return retryAt
    },
    succeeded() {
      failures = 0
      retryAt = 0
    },
    failed(error) {
      // Requests that were under way together fail together: they are one failure.
      if (clock.now() < retryAt && error.retryAfterMs === undefined) return
      failures += 1
      retryAt = Math.max(
        retryAt,
        clock.now() + backoffMs(failures, backoffLimits, random, error.retryAfterMs),
      )
    },
  }
}

/** True where waiting concerns every secret of the provider: it is in trouble, or it refuses the login. */
export function concernsWholeProvider(error: ProviderError): boolean {
  return error.transient || error.kind === 'unauthenticated'
}

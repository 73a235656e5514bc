import type { Random } from './ports.ts'

export interface BackoffLimits {
  readonly baseMs: number
  readonly maxMs: number
}

/**
 * Milliseconds to wait before the attempt that follows `failures` failures in a row (1 or more): full jitter over a
 * doubling interval, and never less than what the backend asked for.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter")
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: Random, retryAfterMs = 0): number {
  const ceiling = Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(failures - 1, 30))
  // Full jitter over a wait that the backend asked for, too: a fleet that was told "60" must not return as one.
  return retryAfterMs + Math.max(Math.round(random() * ceiling), Math.min(limits.baseMs, ceiling) / 10)
}

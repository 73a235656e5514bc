import type { Random } from '../core/ports.ts'

/** When polled secrets are due next, for all groups of an agent. */
export interface PollInstants {
  /**
   * An instant within the last `jitter` of the interval that begins now: one that others with this `refresh` wait for
   * already, where there is one, so that the agent wakes once for many, and a backend that takes batches gets batches.
   * @param jitter a share of `refreshMs`, 0 to 1
   */
  next(now: number, refreshMs: number, jitter: number): number
}

/** An instant is joined from this share of the interval on, so that what has drifted apart finds together again. */
const joinedFrom = 0.5

export function createPollInstants(random: Random): PollInstants {
  const latest = new Map<number, number>()
  return {
    next(now, refreshMs, jitter) {
      const awaited = latest.get(refreshMs) ?? Number.NEGATIVE_INFINITY
      const earliest = now + refreshMs * Math.min(joinedFrom, 1 - jitter)
      if (awaited >= earliest && awaited <= now + refreshMs) return awaited
      const drawn = Math.round(now + refreshMs * (1 - jitter * random()))
      latest.set(refreshMs, drawn)
      return drawn
    },
  }
}

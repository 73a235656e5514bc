import type { Clock } from '../../src/core/ports.ts'

/** What is in the way of an agent that would be in time, and for how long it may still be late of it. */
export interface Excuses {
  begin(reason: string): void
  /** It has ended, or ends after a while; for so long from now it counts. */
  end(reason: string, graceMs: number): void
  none(): boolean
}

export function createExcuses(clock: Clock): Excuses {
  const until = new Map<string, number>()
  return {
    begin: reason => void until.set(reason, Number.POSITIVE_INFINITY),
    end: (reason, graceMs) => void until.set(reason, clock.uptime() + graceMs),
    none: () => [...until.values()].every(instant => instant < clock.uptime()),
  }
}

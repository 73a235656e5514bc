import type { Clock } from '../../src/core/ports.ts'

/** Time that stands still until a test turns it. Wakes sleepers in the order of their instants, one at a time. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, letting all that wakes meanwhile run to its next sleep. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock by so much, forwards or back. */
  jump(ms: number): void
  /** Moves on until `condition` holds, at most `withinMs`; rejects where it never does. */
  until(condition: () => boolean, withinMs?: number): Promise<void>
}

interface Sleeper {
  readonly at: number
  wake(): void
}

export function createVirtualClock(startAt = 1_700_000_000_000): VirtualClock {
  let now = startAt
  let jumpedMs = 0
  const sleepers = new Set<Sleeper>()

  async function advanceTo(target: number): Promise<void> {
    await letEverythingRun()
    while (true) {
      const next = [...sleepers].filter(sleeper => sleeper.at <= target).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      sleepers.delete(next)
      now = Math.max(now, next.at)
      next.wake()
      await letEverythingRun()
    }
    now = target
  }

  return {
    now: () => now + jumpedMs,
    uptime: () => now - startAt + 1_000_000,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const abort = () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        }
        const sleeper: Sleeper = {
          at: now + ms,
          wake() {
            signal.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal.addEventListener('abort', abort, { once: true })
        sleepers.add(sleeper)
      })
    },
    jump(ms) {
      jumpedMs += ms
    },
    advance: ms => advanceTo(now + ms),
    async until(condition, withinMs = 3_600_000) {
      const deadline = now + withinMs
      await letEverythingRun()
      while (!condition()) {
        const next = Math.min(...[...sleepers].map(sleeper => sleeper.at))
        if (next > deadline) throw new Error(`it did not happen within ${withinMs} ms of virtual time`)
        await advanceTo(Math.max(next, now))
      }
    },
  }
}

/** Lets promises and the event loop's pending callbacks settle. */
async function letEverythingRun(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>(resolve => setImmediate(resolve))
}

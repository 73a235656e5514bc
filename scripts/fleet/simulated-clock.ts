import type { Clock } from '../../src/core/ports.ts'

/** Time of a whole fleet in one process: turned millisecond by millisecond, skipping those in which nothing happens. */
export interface SimulatedClock extends Clock {
  /** Turns on to `instant`, letting all that wakes run to its next sleep. */
  turnTo(instant: number): Promise<void>
}

interface Sleeper {
  wake: (() => void) | undefined
}

export function createSimulatedClock(): SimulatedClock {
  let now = 0
  /** Sleepers by the millisecond they wake in, and those milliseconds as a binary heap. */
  const sleepersAt = new Map<number, Sleeper[]>()
  const instants = createHeap()

  return {
    now: () => now,
    uptime: () => now,
    sleep(ms, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      return new Promise((resolve, reject) => {
        const abort = () => {
          sleeper.wake = undefined
          reject(signal.reason)
        }
        const sleeper: Sleeper = {
          wake() {
            signal.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal.addEventListener('abort', abort, { once: true })
        if (!Number.isFinite(ms)) return
        const at = now + Math.max(1, Math.ceil(ms))
        const sleepers = sleepersAt.get(at)
        if (sleepers !== undefined) {
          sleepers.push(sleeper)
          return
        }
        sleepersAt.set(at, [sleeper])
        instants.push(at)
      })
    },
    async turnTo(instant) {
      await settled()
      for (let next = instants.peek(); next !== undefined && next <= instant; next = instants.peek()) {
        instants.pop()
        now = next
        const sleepers = sleepersAt.get(next) ?? []
        sleepersAt.delete(next)
        for (const sleeper of sleepers) sleeper.wake?.()
        await settled()
      }
      now = instant
    },
  }
}

/** The fleet waits for nothing but promises, and all of these run before the next turn of the event loop. */
function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

interface Heap {
  push(value: number): void
  peek(): number | undefined
  pop(): void
}

function createHeap(): Heap {
  const values: number[] = []
  const at = (index: number) => values[index] ?? Number.POSITIVE_INFINITY
  const swap = (a: number, b: number) => {
    ;[values[a], values[b]] = [at(b), at(a)]
  }
  return {
    push(value) {
      let index = values.push(value) - 1
      while (index > 0 && at((index - 1) >> 1) > at(index)) {
        swap(index, (index - 1) >> 1)
        index = (index - 1) >> 1
      }
    },
    peek: () => values[0],
    pop() {
      const last = values.pop()
      if (values.length === 0 || last === undefined) return
      values[0] = last
      for (let index = 0; ; ) {
        const smaller = at(2 * index + 2) < at(2 * index + 1) ? 2 * index + 2 : 2 * index + 1
        if (at(smaller) >= at(index)) return
        swap(index, smaller)
        index = smaller
      }
    },
  }
}

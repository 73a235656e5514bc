import type { Clock } from '../../src/core/ports.ts'

/** One agent process: everything that it does to the world is counted, for it dies at one of these; then nothing of it reaches the world. */
export interface Life {
  readonly dead: boolean
  /** Before and after each thing that it does. @throws Error where it is dead, or dies of it */
  effect(): void
  /** Dies at the effect after so many others; at once with 0. */
  killAfter(effects: number): void
  /** The world's clock, as this process has it. */
  readonly clock: Clock
  /** Of its timers, how many run. */
  readonly sleeping: number
}

export function createLife(clock: Clock): Life {
  let left = Number.POSITIVE_INFINITY
  let sleeping = 0
  return {
    get dead() {
      return left <= 0
    },
    effect() {
      left -= 1
      if (left <= 0) throw new Error('the process is dead')
    },
    killAfter(effects) {
      left = Math.min(left, effects)
    },
    clock: {
      now: () => clock.now(),
      uptime: () => clock.uptime(),
      async sleep(ms, signal) {
        sleeping += 1
        try {
          await clock.sleep(ms, signal)
        } finally {
          sleeping -= 1
        }
      },
    },
    get sleeping() {
      return sleeping
    },
  }
}

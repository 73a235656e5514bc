import type { Clock } from './ports.ts'

/** Wakes one sleeper early: `ring` from anywhere, `sleep` in a loop. A ring while nobody sleeps is kept for the next sleep. */
export interface Bell {
  ring(): void
  /** Resolves after `ms` (for ever with Infinity) or at a ring; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Without it each ring would make an error of its own, with a stack that nobody reads. */
const rang = new Error('the bell rang')

export function createBell(clock: Clock): Bell {
  let rung = false
  let wake: (() => void) | undefined

  return {
    ring() {
      rung = true
      wake?.()
    },
    async sleep(ms, signal) {
      if (!rung) {
        const awake = new AbortController()
        wake = () => awake.abort(rang)
        try {
          await clock.sleep(ms, AbortSignal.any([signal, awake.signal]))
        } catch (error) {
          if (!awake.signal.aborted) throw error
        } finally {
          wake = undefined
        }
      }
      signal.throwIfAborted()
      rung = false
    },
  }
}

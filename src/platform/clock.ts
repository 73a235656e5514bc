import { readFileSync } from 'node:fs'
import type { Clock } from '../core/ports.ts'

/** A timer holds 31 bits of milliseconds; longer waits are cut into pieces. */
const longestTimerMs = 2 ** 31 - 1

/** The machine's own time. */
export function createClock(): Clock {
  return {
    now: () => Date.now(),
    uptime: () => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1_000,
    async sleep(ms, signal) {
      let leftMs = Math.max(0, ms)
      while (leftMs > longestTimerMs) {
        await pause(longestTimerMs, signal)
        leftMs -= longestTimerMs
      }
      await pause(leftMs, signal)
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}

import { readFileSync } from 'node:fs'
import type { Clock } from '../core/ports.ts'

/** Neither Node's timers nor the monotonic clock count while the machine is suspended: boot time is asked so often. */
const longestPauseMs = 30_000

type MachineTime = Pick<Clock, 'now' | 'uptime'>

/** Asking for boot time opens a file, and a busy agent wants it thousands of times a second: between it is counted on. */
const countedOnMs = 20

/** The machine's own time. A sleep that a suspended machine outlasted ends at most 30 s after it goes on. */
export function createClock({ now, uptime }: MachineTime = machineTime()): Clock {
  return {
    now,
    uptime,
    async sleep(ms, signal) {
      const until = uptime() + ms
      let leftMs = Math.max(0, ms)
      do {
        // Timers are whole milliseconds, cut: a sleeper that wakes just too early has to go to sleep once more.
        await pause(Math.min(Math.ceil(leftMs), longestPauseMs), signal)
        leftMs = until - uptime()
        // Boot time is told in hundredths of a second.
      } while (leftMs > 10)
    },
  }
}

function machineTime(): MachineTime {
  let bootMs = 0
  let readAt = Number.NEGATIVE_INFINITY
  let latest = 0
  return {
    now: () => Date.now(),
    uptime() {
      const monotonic = performance.now()
      if (monotonic - readAt > countedOnMs) {
        bootMs = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1_000
        readAt = monotonic
      }
      // What is read is cut to hundredths of a second, so that it may lie behind what was counted.
      latest = Math.max(latest, bootMs + monotonic - readAt)
      return latest
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

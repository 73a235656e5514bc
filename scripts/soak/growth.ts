import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cpuSeconds, median, memoryMegabytes } from '../bench/measure.ts'

/** What is measured of the agent each second. */
export interface Sample {
  readonly memory: number
  readonly anonymous: number
  readonly descriptors: number
  readonly threads: number
  /** Of its own directory: staged files, generations, the state. */
  readonly files: number
  /** Since the sample before. */
  readonly cpu: number
}

export interface Growth {
  readonly name: string
  readonly early: number
  readonly late: number
  readonly allowed: number
}

/** So much more is no growth: a share of what it was, and what one sample differs from the next by chance. */
const tolerances: readonly [of: keyof Sample, name: string, share: number, more: number][] = [
  ['memory', 'resident memory, MB', 0.1, 4],
  ['anonymous', 'anonymous memory, MB', 0.15, 4],
  ['descriptors', 'open files', 0, 4],
  ['threads', 'threads', 0, 0],
  ['files', 'files kept', 0.3, 20],
  ['cpu', 'CPU, ms a second', 0.5, 30],
]

/**
 * Compares the median of the last quarter with that of the second; the first is there to warm up. A leak of any size shows in a
 * run that is long enough, and chance does not: half of a quarter's samples would have to go wrong.
 */
export function growthOf(samples: readonly Sample[]): Growth[] {
  const quarter = (n: number) =>
    samples.slice(Math.floor((samples.length * n) / 4), Math.floor((samples.length * (n + 1)) / 4))
  return tolerances.map(([of, name, share, more]) => {
    const [early, late] = [quarter(1), quarter(3)].map(part => median(part.map(sample => sample[of])))
    if (early === undefined || late === undefined) throw new Error('there are no samples')
    return { name, early, late, allowed: early * (1 + share) + more }
  })
}

/** Answers a function that takes the next sample. */
export function sampling(pid: number, stateDirectory: string): () => Sample {
  let cpu = cpuSeconds(pid)
  let at = performance.now()
  return () => {
    const [cpuNow, now] = [cpuSeconds(pid), performance.now()]
    const share = (cpuNow - cpu) / (now - at)
    cpu = cpuNow
    at = now
    const { rss, anonymous } = memoryMegabytes(pid)
    return {
      memory: rss,
      anonymous,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      threads: readdirSync(`/proc/${pid}/task`).length,
      files: ['staging', 'generations'].flatMap(name => readdirSync(join(stateDirectory, name))).length,
      cpu: share * 1_000_000,
    }
  }
}

// What Linux says of a process, and small statistics.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** Seconds of user and system time used so far. */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Time on a processor of all threads that live, by the scheduler's own clock. */
export function cpuMilliseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map(thread =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6
}

/** As `cpuSeconds`, of this process's ended children. */
export function childrenCpuSeconds(): number {
  const fields = statFields(process.pid)
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}

function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

export function memoryMegabytes(pid: number): { rss: number; anonymous: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const kilobytes = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN)
  return { rss: kilobytes('VmRSS') / 1024, anonymous: kilobytes('RssAnon') / 1024 }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function runToEnd(program: string, args: readonly string[], env: NodeJS.ProcessEnv): number | null {
  return spawnSync(program, args, { env, stdio: 'ignore' }).status
}

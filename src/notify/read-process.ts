import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What /proc tells about a process, whoever owns it, without any capability. */
export interface RunningProcess {
  readonly pid: number
  readonly parent: number
  /** The name in the kernel, at most 15 bytes (Node 24's is `MainThread`). */
  readonly comm: string
  /** The effective user. */
  readonly uid: number
  /** SigCgt: bit n-1 is set where signal n has a handler. */
  readonly caught: bigint
  /** SigIgn: likewise, where it has no effect. */
  readonly ignored: bigint
}

// All reads are synchronous: /proc answers from memory, and nothing may come between a look at a process and its signal.

export function listPids(procDirectory: string): number[] {
  return readdirSync(procDirectory)
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

/** Undefined where there is no such process, or only a zombie. */
export function readProcess(procDirectory: string, pid: number): RunningProcess | undefined {
  const status = readEntry(procDirectory, pid, 'status')
  if (status === undefined) return undefined
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
  if (/^[ZX]/.test(field('State'))) return undefined
  return {
    pid,
    parent: Number(field('PPid')),
    comm: field('Name'),
    uid: Number(field('Uid').split(/\s+/)[1]),
    caught: BigInt(`0x${field('SigCgt') || '0'}`),
    ignored: BigInt(`0x${field('SigIgn') || '0'}`),
  }
}

/** When it started, in ticks of 10 ms since boot; with the pid, it tells a process from a later one of the same number. */
export function readStartTicks(procDirectory: string, pid: number): number | undefined {
  const stat = readEntry(procDirectory, pid, 'stat')
  // The name stands in parentheses and may contain any; field 22 is the 20th behind it.
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return ticks === undefined ? undefined : Number(ticks)
}

/** The first argument, usually the program as it was called; empty for a kernel thread. */
export function readProgram(procDirectory: string, pid: number): string {
  return readEntry(procDirectory, pid, 'cmdline')?.split('\0')[0] ?? ''
}

/** The paths of its cgroups, one per hierarchy. */
export function readCgroups(procDirectory: string, pid: number): string[] {
  const lines = readEntry(procDirectory, pid, 'cgroup')?.trimEnd().split('\n') ?? []
  return lines.map(line => line.split(':').slice(2).join(':'))
}

/** Undefined where the process has ended, or is hidden from us. */
function readEntry(procDirectory: string, pid: number, entry: string): string | undefined {
  try {
    return readFileSync(join(procDirectory, String(pid), entry), 'utf8')
  } catch {
    return undefined
  }
}

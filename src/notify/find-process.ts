import { readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { NotifyError } from '../core/errors.ts'
import { containerOf, isForeign } from './container-of.ts'
import {
  listPids,
  type RunningProcess,
  readCgroups,
  readProcess,
  readProgram,
  readStartTicks,
} from './read-process.ts'

/** Where the processes are looked up, and who looks. */
export interface ProcessView {
  /** `/proc`, or a tree like it. */
  readonly procDirectory: string
  readonly ownPid: number
}

export interface ProcessQuery {
  /** The base name of the program as it was called, or comm. */
  readonly name: string
  /** Users whose processes count; undefined for all. */
  readonly owners: readonly number[] | undefined
}

/**
 * The processes to tell: in each container that shares our PID namespace the oldest topmost match, so that each replica has
 * one and children and exec'd health checks have none (these have parent 0, like the application, but are younger).
 * Our own container is left out. Where there is no other container, at most one process may match.
 * Never ourselves, and never pid 1 of the host.
 * @throws NotifyError that names the pids where it cannot be told which process is meant
 */
export function findProcesses(query: ProcessQuery, view: ProcessView): RunningProcess[] {
  const { procDirectory } = view
  const matches = listPids(procDirectory)
    .filter(pid => isAllowed(pid, view))
    .flatMap(pid => readProcess(procDirectory, pid) ?? [])
    .filter(({ uid }) => query.owners === undefined || query.owners.includes(uid))
    .filter(found => hasName(found, query.name, procDirectory))
  if (matches.length === 0) return []
  return [...groupByContainer(matches, view)].flatMap(([container, group]) => {
    const topmost = group.filter(({ parent }) => !group.some(({ pid }) => pid === parent))
    if (container === undefined && topmost.length > 1) throw ambiguous(query, topmost)
    return oldest(topmost, procDirectory) ?? []
  })
}

/** False for ourselves and for pid 1 of the host. */
export function isAllowed(pid: number, view: ProcessView): boolean {
  return pid !== view.ownPid && !(pid === 1 && isHost(view))
}

/** The inode of the machine's first PID namespace is the same on every kernel. */
const hostPidNamespace = 'pid:[4026531836]'

function isHost({ procDirectory, ownPid }: ProcessView): boolean {
  try {
    return readlinkSync(join(procDirectory, String(ownPid), 'ns/pid')) === hostPidNamespace
  } catch {
    return true
  }
}

function hasName({ pid, comm }: RunningProcess, name: string, procDirectory: string): boolean {
  return comm === name || basename(readProgram(procDirectory, pid)) === name
}

/** Under undefined: what is in no container, or in no other than ours where we share our PID namespace with none. */
function groupByContainer(
  matches: readonly RunningProcess[],
  { procDirectory, ownPid }: ProcessView,
): Map<string | undefined, RunningProcess[]> {
  const containerOfPid = (pid: number) => containerOf(readCgroups(procDirectory, pid))
  const own = containerOfPid(ownPid)
  const containers = new Map([1, ...matches.map(({ pid }) => pid)].map(pid => [pid, containerOfPid(pid)]))
  const shared = [...containers.values()].some(container => isForeign(container, own))
  if (!shared) return new Map([[undefined, [...matches]]])
  const others = matches.filter(({ pid }) => containers.get(pid) !== own)
  return Map.groupBy(others, ({ pid }) => containers.get(pid))
}

function oldest(group: readonly RunningProcess[], procDirectory: string): RunningProcess | undefined {
  const age = new Map(
    group.map(found => [found, readStartTicks(procDirectory, found.pid) ?? Number.POSITIVE_INFINITY]),
  )
  return group.toSorted((a, b) => (age.get(a) ?? 0) - (age.get(b) ?? 0) || a.pid - b.pid)[0]
}

function ambiguous({ name }: ProcessQuery, found: readonly RunningProcess[]): NotifyError {
  const pids = found.map(({ pid }) => pid).join(', ')
  return new NotifyError(`${found.length} processes are called "${name}": pid ${pids}`, {
    hint: 'name the one meant by pid_file or pid',
  })
}

import { NotifyError } from '../core/errors.ts'
import type { Clock, PublishedOutput } from '../core/ports.ts'
import { findProcesses, isAllowed, type ProcessQuery, type ProcessView } from './find-process.ts'
import { readPidFile } from './read-pid-file.ts'
import { readStartTicks } from './read-process.ts'

/** Who gets a signal: the processes of a name, or one by its number. */
export type SignalTarget =
  | { readonly process: string; readonly anyOwner: boolean }
  | { readonly pidFile: string }
  | { readonly pid: number }

/** One process: the number alone may pass on to another. */
export interface Target {
  readonly pid: number
  readonly startTicks: number
}

export interface Found {
  readonly targets: readonly Target[]
  /** What to say where there are none. */
  readonly absence: string
}

export interface FindTargetsOptions {
  readonly target: SignalTarget
  readonly outputs: readonly PublishedOutput[]
  /** How long a program may take to write its pid file. */
  readonly readyWithinMs: number
}

const pollMs = 100

/** @throws NotifyError where the target cannot be told from others, or must not be signalled */
export async function findTargets(
  options: FindTargetsOptions,
  ports: ProcessView & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<Found> {
  const { target, outputs } = options
  if ('process' in target) {
    const owners = target.anyOwner ? undefined : [...new Set(outputs.flatMap(output => output.owners))]
    return findByName({ name: target.process, owners }, ports)
  }
  if ('pid' in target) return findByPid(target.pid, ports)
  const pid = await waitForPidFile(target.pidFile, options, ports.clock, signal)
  return pid === undefined
    ? { targets: [], absence: `there is no pid file "${target.pidFile}"` }
    : findByPid(pid, ports)
}

function findByName(query: ProcessQuery, view: ProcessView): Found {
  const pids = findProcesses(query, view).map(({ pid }) => pid)
  const absence = pids.length === 0 ? absenceOf(query, view) : ''
  return { targets: withStartTicks(pids, view), absence }
}

function absenceOf({ name, owners }: ProcessQuery, view: ProcessView): string {
  if (owners === undefined) return `no process "${name}" is running`
  const others = findProcesses({ name, owners: undefined }, view).map(
    ({ pid, uid }) => `, but pid ${pid} of user ${uid}, who owns no output (any_owner includes it)`,
  )
  return `no process "${name}" of user ${owners.join(' or ')} is running${others[0] ?? ''}`
}

function findByPid(pid: number, view: ProcessView): Found {
  if (!isAllowed(pid, view)) {
    const who = pid === view.ownPid ? 'the agent itself' : 'the init process of the host'
    throw new NotifyError(`pid ${pid} is ${who} and is never signalled`)
  }
  return { targets: withStartTicks([pid], view), absence: `there is no process ${pid}` }
}

function withStartTicks(pids: readonly number[], { procDirectory }: ProcessView): Target[] {
  return pids.flatMap(pid => {
    const startTicks = readStartTicks(procDirectory, pid)
    return startTicks === undefined ? [] : { pid, startTicks }
  })
}

/** A program that has read older content may be about to write its pid file, unless there was no older content. */
async function waitForPidFile(
  path: string,
  { outputs, readyWithinMs }: FindTargetsOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<number | undefined> {
  const deadline = clock.uptime() + (outputs.every(({ first }) => first) ? 0 : readyWithinMs)
  while (true) {
    const pid = readPidFile(path)
    if (pid !== undefined || clock.uptime() >= deadline) return pid
    await clock.sleep(pollMs, signal)
  }
}

import { constants } from 'node:os'
import { formatDuration } from '../core/duration.ts'
import { KeyturnError, messageOf, NotifyError } from '../core/errors.ts'
import type { Clock, Journal, Notifier, Publication } from '../core/ports.ts'
import { concernedOutputs } from './concerned-outputs.ts'
import type { ProcessView } from './find-process.ts'
import { findTargets, type SignalTarget, type Target } from './find-targets.ts'
import { type RunningProcess, readProcess, readStartTicks } from './read-process.ts'

export interface SignalSettings {
  readonly kind: 'signal'
  readonly signal: NodeJS.Signals
  readonly target: SignalTarget
  /** How long a process may take until it has a handler. */
  readonly readyWithinMs: number
  readonly on: readonly string[] | undefined
  readonly splayMs: number
}

export interface SignalPorts extends ProcessView {
  readonly clock: Clock
  readonly journal: Journal
  /** Throws an error with the `code` of kill(2). */
  sendSignal(pid: number, signal: NodeJS.Signals): void
}

/** Start times in /proc count in ticks of USER_HZ, which is 100 wherever Node runs. */
const tickMs = 10
/** A publication's instant is taken just before its swap: who starts while that takes its time may still read older files. */
const swapMs = 100
const pollMs = 100
const watchMs = 2_000

/**
 * Sends a signal to processes that started before the publication; younger ones have read the new files. One without a
 * handler would die of the signal: it is waited for, never signalled.
 * It is told of first publications too: a process older than these may have read files of an earlier agent, and at an
 * ordinary first start there is no such process, which settles the debt at once.
 * Where one target fails, the others are told all the same, and not again in the next attempt.
 * A target that ends within two seconds is recorded as `target_ended_after_signal`; this goes on after `notify` has
 * answered, until `signal` is aborted.
 */
export function createSignalNotifier(settings: SignalSettings, id: string, ports: SignalPorts): Notifier {
  const { clock, journal, procDirectory } = ports
  let told = { publication: '', targets: new Set<string>() }

  async function notify(publication: Publication, signal: AbortSignal): Promise<string> {
    if (told.publication !== publication.id) told = { publication: publication.id, targets: new Set() }
    const outputs = concernedOutputs(publication, settings.on)
    const { targets, absence } = await findTargets({ ...settings, outputs }, ports, signal)
    if (targets.length === 0) return absence
    const results = await Promise.allSettled(targets.map(target => tell(target, publication, signal)))
    signal.throwIfAborted()
    const failures = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    if (failures.length > 0) throw joined(failures)
    return results.flatMap(result => (result.status === 'fulfilled' ? result.value : [])).join(', ')
  }

  async function tell(target: Target, publication: Publication, signal: AbortSignal): Promise<string> {
    const { pid, startTicks } = target
    const key = `${pid} ${startTicks}`
    if (startTicks * tickMs > publication.publishedUptimeMs + swapMs) return `pid ${pid} started after it`
    if (told.targets.has(key)) return `pid ${pid} was told before`
    const deadline = clock.uptime() + settings.readyWithinMs
    while (true) {
      const running = look(target)
      if (running === undefined) return `pid ${pid} has ended`
      // Nothing is awaited between this look and the signal, so that the number cannot pass on to another process.
      if (holds(running.caught, settings.signal)) break
      if (clock.uptime() >= deadline) throw withoutHandler(running)
      await clock.sleep(pollMs, signal)
    }
    if (!send(pid)) return `pid ${pid} has ended`
    told.targets.add(key)
    void watch(target, signal)
    return `pid ${pid} got ${settings.signal}`
  }

  function look({ pid, startTicks }: Target): RunningProcess | undefined {
    return readStartTicks(procDirectory, pid) === startTicks ? readProcess(procDirectory, pid) : undefined
  }

  function withoutHandler({ pid, ignored }: RunningProcess): NotifyError {
    const readyWithin = formatDuration(settings.readyWithinMs)
    const ignores = holds(ignored, settings.signal)
    const what = ignores ? 'ignores' : 'has no handler for'
    const effect = ignores ? 'it would learn nothing from' : 'it would end by'
    return new NotifyError(`pid ${pid} ${what} ${settings.signal} after ${readyWithin}`, {
      hint: `${effect} this signal: install a handler in the program, or tell it another way`,
    })
  }

  /** False where there is no such process any more. */
  function send(pid: number): boolean {
    try {
      ports.sendSignal(pid, settings.signal)
      return true
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      if (code === 'ESRCH') return false
      throw new NotifyError(`pid ${pid} cannot be signalled (${code})`, {
        hint: code === 'EPERM' ? permissionHint : undefined,
      })
    }
  }

  async function watch(target: Target, signal: AbortSignal): Promise<void> {
    try {
      await clock.sleep(watchMs, signal)
    } catch {
      return
    }
    if (look(target) !== undefined) return
    journal.record(
      'warn',
      'target_ended_after_signal',
      `pid ${target.pid} ended within ${formatDuration(watchMs)} of ${settings.signal}`,
      {
        notifier: id,
        pid: target.pid,
        signal: settings.signal,
        hint: 'Go and JVM programs show a handler where they have none of their own',
      },
    )
  }

  return { id, on: settings.on, first: true, splayMs: settings.splayMs, notify }
}

const permissionHint =
  'signalling another user takes root with the capability KILL (cap_add: [KILL]), or the same uid as the application'

function holds(signals: bigint, signal: NodeJS.Signals): boolean {
  return ((signals >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
}

function joined(failures: readonly unknown[]): NotifyError {
  const hints = failures.flatMap(failure => (failure instanceof KeyturnError ? (failure.hint ?? []) : []))
  return new NotifyError(failures.map(messageOf).join(', '), { hint: hints[0] })
}

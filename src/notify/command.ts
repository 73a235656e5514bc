import { formatDuration } from '../core/duration.ts'
import { NotifyError } from '../core/errors.ts'
import type { Notifier } from '../core/ports.ts'
import { type ProgramResult, runProgram } from '../platform/run-program.ts'
import { asNotifyError } from './as-notify-error.ts'

export interface CommandSettings {
  readonly kind: 'command'
  /** A program and its arguments; no shell reads them. */
  readonly command: readonly string[]
  readonly timeoutMs: number
  readonly on: readonly string[] | undefined
  readonly first: boolean
  readonly splayMs: number
}

/**
 * Runs a program in the agent's container, without a shell and without any of the agent's environment. Exit code 0 is
 * success. At `timeoutMs` it is killed with all that it started in its process group.
 */
export function createCommandNotifier(settings: CommandSettings, id: string): Notifier {
  const { command, timeoutMs, on, first, splayMs } = settings
  const program = command[0] ?? ''
  return {
    id,
    on,
    first,
    splayMs,
    async notify(_publication, signal) {
      const result = await runProgram(command, { timeoutMs }, signal).catch(error => {
        throw asNotifyError(error)
      })
      const problem = problemOf(result, timeoutMs)
      if (problem !== undefined) throw new NotifyError(`program "${program}" ${problem}`)
      return `"${program}" ran`
    },
  }
}

function problemOf({ exitCode, killedBy, timedOut }: ProgramResult, timeoutMs: number): string | undefined {
  if (timedOut) return `did not end within ${formatDuration(timeoutMs)} and was killed`
  if (killedBy !== undefined) return `was ended by ${killedBy}`
  return exitCode === 0 ? undefined : `ended with exit code ${exitCode}`
}

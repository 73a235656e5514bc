import type { Validation } from '../../core/output.ts'
import { quote } from '../quote.ts'
import { programSchema, type ValidateInput } from '../schema/outputs.ts'
import type { DataPath } from '../source.ts'
import { type Resolution, report } from './resolution.ts'

export function resolveValidation(
  resolution: Resolution,
  at: DataPath,
  input: ValidateInput | undefined,
): Validation | undefined {
  if (input === undefined) return undefined
  if (typeof input === 'string') return { builtin: input }
  const short = Array.isArray(input)
  const { command, timeout } = short ? programSchema.parse({ command: input }) : input
  return { command: resolveCommand(resolution, short ? at : [...at, 'command'], command), timeoutMs: timeout }
}

/** A program and its arguments, the program's path absolute. Reports one that does not exist. */
export function resolveCommand(
  resolution: Resolution,
  at: DataPath,
  command: readonly string[],
): readonly string[] {
  const [program = '', ...args] = command
  const path = program.includes('/') ? resolution.absolute(program) : program
  if (!resolution.ports.programExists(path)) {
    report(resolution, {
      path: [...at, 0],
      message: `there is no program ${quote(path)}`,
      hint: 'programs run in the container of the agent, without a shell',
    })
  }
  return [path, ...args]
}

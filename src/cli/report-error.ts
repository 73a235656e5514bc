import { type ExitCode, exitCodes, KeyturnError, problemOf } from '../core/errors.ts'
import { formatProblem } from './format-problem.ts'
import { InvalidConfiguration } from './invalid-configuration.ts'
import { palette, type Terminal } from './terminal.ts'

/** Shows what was thrown to a person, and answers the exit code that belongs to it. */
export function reportError(error: unknown, terminal: Terminal): ExitCode {
  const colours = palette(terminal)
  terminal.error(`${colours.red('keyturn:')} ${formatProblem(problemOf(error), colours)}\n`)
  const problems = error instanceof InvalidConfiguration ? error.problems : []
  for (const problem of problems) terminal.error(`\n${formatProblem(problem, colours)}\n`)
  return error instanceof KeyturnError ? error.exitCode : exitCodes.unexpected
}

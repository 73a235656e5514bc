import { type ExitCode, exitCodes } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import type { ConfigurationOptions, ProgramContext } from './context.ts'
import { formatProblem } from './format-problem.ts'
import { load } from './load-configuration.ts'
import { palette } from './terminal.ts'

/** Prints every mistake and warning of the configuration; exit code 2 where there is a mistake. */
export async function check(
  context: ProgramContext,
  options: ConfigurationOptions & { json?: true },
): Promise<ExitCode> {
  const { terminal } = context
  const colours = palette(terminal)
  const { green, red, yellow, bold } = colours
  const result = await load(context, options)
  const problems = 'problems' in result ? result.problems : []
  const { warnings } = result
  if (options.json === true) {
    const rows = [...problems.map(row('error')), ...warnings.map(row('warning'))]
    terminal.out(`${JSON.stringify(rows, undefined, 2)}\n`)
  } else {
    for (const problem of problems) terminal.out(`${red('error')} ${formatProblem(problem, colours)}\n\n`)
    for (const warning of warnings)
      terminal.out(`${yellow('warning')} ${formatProblem(warning, colours)}\n\n`)
    terminal.out(
      problems.length === 0
        ? `${green('ok')} the configuration can be used${counted(warnings, 'warning')}\n`
        : `${bold(red(`${problems.length} ${problems.length === 1 ? 'mistake' : 'mistakes'}`))}${counted(warnings, 'warning')}\n`,
    )
  }
  return problems.length === 0 ? exitCodes.ok : exitCodes.configuration
}

function row(severity: 'error' | 'warning') {
  return (problem: Problem) => ({ severity, ...problem })
}

function counted(problems: readonly Problem[], noun: string): string {
  if (problems.length === 0) return ''
  return `, ${problems.length} ${noun}${problems.length === 1 ? '' : 's'}`
}

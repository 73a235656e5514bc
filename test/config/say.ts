import type { Problem } from '../../src/core/problem.ts'

/** Problems as lines that a test can hold against what is expected: `line:column message (hint)`. */
export function say(problems: readonly Problem[]): string[] {
  return problems.map(({ option, line, column, message, hint }) => {
    const place = option ?? `${line}:${column}`
    return `${place} ${message}${hint === undefined ? '' : ` (${hint})`}`
  })
}

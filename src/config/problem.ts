/** One mistake in the configuration, or one warning about it. */
export interface Problem extends Place {
  /** What is wrong: lower-case, without a full stop, never with a credential. */
  readonly message: string
  readonly hint?: string | undefined
}

/** Where it is: in a file, or in an option or variable. */
export interface Place {
  readonly file?: string | undefined
  /** From 1. */
  readonly line?: number | undefined
  /** From 1, in UTF-16 code units. */
  readonly column?: number | undefined
  /** The option or variable, such as `--secret` or `VAULT_ADDR`. */
  readonly option?: string | undefined
  /** The line as it is written, credentials masked. */
  readonly excerpt?: string | undefined
}

const maxExcerptLength = 160

/** `file:line:column: message`, the line with a caret below, and the hint, indented. No line break at the end. */
export function formatProblem(problem: Problem): string {
  const lines = [`${placeText(problem)}${problem.message}`]
  if (problem.excerpt !== undefined && problem.excerpt.length <= maxExcerptLength) {
    const before = problem.excerpt.slice(0, (problem.column ?? 1) - 1)
    // Tabs stay tabs, so that the caret stands below the same column however wide they are shown.
    lines.push(`    ${problem.excerpt}`, `    ${before.replaceAll(/[^\t]/g, ' ')}^`)
  }
  if (problem.hint !== undefined) lines.push(`  hint: ${problem.hint}`)
  return lines.join('\n')
}

/** All problems for a terminal, a blank line between each two. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n\n')
}

/** In the order of the text: what belongs to a file by line and column, what belongs to an option as it was found. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => {
    if (a.file !== b.file) return 0
    return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  })
}

function placeText({ file, line, column, option }: Place): string {
  const parts = [option ?? file, line, column].filter(part => part !== undefined)
  return parts.length === 0 ? '' : `${parts.join(':')}: `
}

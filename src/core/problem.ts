/** One mistake in the configuration or in a template, or one warning about it. */
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
  /** The line as it is written, credentials masked. For a terminal alone, never for a log. */
  readonly excerpt?: string | undefined
}

/** `file:line:column`, as far as it is known; empty where nothing is. */
export function placeText({ file, line, column, option }: Place): string {
  return [option ?? file, line, column].filter(part => part !== undefined).join(':')
}

/** In the order of the text: what belongs to a file by line and column, what belongs to an option as it was found. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => {
    if (a.file !== b.file) return 0
    return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  })
}

import { ConfigurationError, RenderError } from '../core/errors.ts'

/** Where an offset of a template stands. */
export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
  /** The line as it is written. */
  readonly excerpt: string
}

export interface TemplateErrorDetails extends Position {
  /** The template's name, which is its file's where it has one. */
  readonly template: string
  readonly hint?: string | undefined
}

/** A template that does not parse. Its message holds nothing but what stands in the template. */
export class TemplateSyntaxError extends ConfigurationError {
  readonly line: number
  readonly column: number

  constructor(problem: string, { template: file, line, column, excerpt, hint }: TemplateErrorDetails) {
    super(bounded(problem), { place: { file, line, column, excerpt }, hint: hint && bounded(hint) })
    this.line = line
    this.column = column
  }
}

/** A template that cannot be executed with the secrets as they are. Names keys and types, never values. */
export class TemplateRenderError extends RenderError {
  readonly line: number
  readonly column: number

  constructor(problem: string, { template: file, line, column, excerpt, hint }: TemplateErrorDetails) {
    super(bounded(problem), { place: { file, line, column, excerpt }, hint: hint && bounded(hint) })
    this.line = line
    this.column = column
  }
}

const maxLength = 1_000

/** Names that stand in a template may have any length. */
function bounded(message: string): string {
  return message.length > maxLength ? `${message.slice(0, maxLength).toWellFormed()}…` : message
}

export function positionAt(text: string, offset: number): Position {
  const lineStart = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < lineStart; at = text.indexOf('\n', at + 1)) line += 1
  const lineEnd = text.indexOf('\n', lineStart)
  const excerpt = text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, '')
  return { line, column: offset - lineStart + 1, excerpt }
}

import { ConfigurationError, type ErrorDetails, RenderError } from '../core/errors.ts'

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
}

export interface TemplateErrorDetails extends ErrorDetails, Position {
  /** The template's name, which is its file's where it has one. */
  readonly template: string
}

/** A template that does not parse. Its message holds nothing but what stands in the template. */
export class TemplateSyntaxError extends ConfigurationError {
  readonly template: string
  readonly line: number
  readonly column: number
  /** The message without the position before it. */
  readonly problem: string

  constructor(problem: string, details: TemplateErrorDetails) {
    super(`${details.template}:${details.line}:${details.column}: ${problem}`, details)
    this.template = details.template
    this.line = details.line
    this.column = details.column
    this.problem = problem
  }
}

/** A template that cannot be executed with the secrets as they are. Names keys and types, never values. */
export class TemplateRenderError extends RenderError {
  readonly template: string
  readonly line: number
  readonly column: number

  constructor(problem: string, details: TemplateErrorDetails) {
    super(`${details.template}:${details.line}:${details.column}: ${problem}`, details)
    this.template = details.template
    this.line = details.line
    this.column = details.column
  }
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 }
}

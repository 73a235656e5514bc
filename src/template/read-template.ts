import type { Place } from '../core/problem.ts'
import { functionsAllowing } from './functions.ts'
import type { Limits } from './limits.ts'
import type { ParsedTemplate } from './parse/nodes.ts'
import { parse } from './parse/parse.ts'
import { namedSecrets } from './references.ts'
import { positionAt } from './template-error.ts'

export interface NamedSecret {
  readonly name: string
  /** Where it first stands in the template. */
  readonly place: Place
}

export interface TemplateReading {
  /** For errors: its file, or the output's. */
  readonly name: string
  /** Delimiters, default `{{` and `}}`. */
  readonly left?: string | undefined
  readonly right?: string | undefined
  /** The functions that it may call by which a template reaches outside of the secrets. */
  readonly allow: readonly string[]
  readonly limits?: Limits | undefined
}

export interface TemplateUse {
  /** What it takes from the dot; undefined where it uses the dot as a whole. */
  readonly secrets: readonly NamedSecret[] | undefined
  /** For `compileTemplate`, so that a template is parsed once. */
  readonly parsed: ParsedTemplate
}

/**
 * Parses a template for checking a configuration.
 * @throws TemplateSyntaxError
 */
export function readTemplate(
  text: string,
  { name: file, left, right, allow, limits }: TemplateReading,
): TemplateUse {
  const parsed = parse(text, { name: file, left, right, functions: functionsAllowing(allow), limits })
  const { names, whole } = namedSecrets(parsed, '')
  const secrets = [...names].map(([name, at]) => ({ name, place: { file, ...positionAt(text, at) } }))
  return { secrets: whole ? undefined : secrets, parsed }
}

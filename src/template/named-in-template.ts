import type { Place } from '../core/problem.ts'
import { functionsAllowing } from './functions.ts'
import type { Limits } from './limits.ts'
import { parse } from './parse.ts'
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

/**
 * What a template takes from the dot, for checking a configuration; undefined where it uses the dot as a whole.
 * @throws TemplateSyntaxError
 */
export function namedInTemplate(
  text: string,
  { name: file, left, right, allow, limits }: TemplateReading,
): readonly NamedSecret[] | undefined {
  const template = parse(text, { name: file, left, right, functions: functionsAllowing(allow), limits })
  const { names, whole } = namedSecrets(template, '')
  if (whole) return undefined
  return [...names].map(([name, at]) => ({ name, place: { file, ...positionAt(text, at) } }))
}

import type { Place } from '../core/problem.ts'
import { templateFunctions } from './functions.ts'
import { parse } from './parse.ts'
import { namedSecrets } from './references.ts'
import { positionAt } from './template-error.ts'

export interface NamedSecret {
  readonly name: string
  /** Where it first stands in the template. */
  readonly place: Place
}

/**
 * What a template takes from the dot, for checking a configuration; undefined where it uses the dot as a whole.
 * @throws TemplateSyntaxError
 */
export function namedInTemplate(text: string, file: string): readonly NamedSecret[] | undefined {
  const { names, whole } = namedSecrets(parse(text, { name: file, functions: templateFunctions }), '')
  if (whole) return undefined
  return [...names].map(([name, at]) => ({ name, place: { file, ...positionAt(text, at) } }))
}

import { templateFunctions } from './functions.ts'
import { parse } from './parse.ts'
import { namedSecrets } from './references.ts'

/**
 * The names that a template takes from the dot, for checking a configuration; undefined where it uses the dot as a whole.
 * @throws TemplateSyntaxError
 */
export function namedInTemplate(text: string, name: string): readonly string[] | undefined {
  const { names, whole } = namedSecrets(parse(text, { name, functions: templateFunctions }), '')
  return whole ? undefined : [...names.keys()]
}

import { templateFunctions } from './functions.ts'
import { parse } from './parse.ts'
import { namedSecrets } from './references.ts'

/**
 * The names that a template takes from the dot, for checking a configuration.
 * @throws TemplateSyntaxError
 */
export function namedInTemplate(text: string, name: string): readonly string[] {
  const template = parse(text, { name, functions: templateFunctions })
  const { unknown } = namedSecrets(template, { dot: new Map(), secretProvider: undefined })
  return unknown.map(({ name: secret }) => secret)
}

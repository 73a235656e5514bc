import { analyzeScalar, isBreak, isPrintableInYaml } from './analysis.ts'

export interface YamlScalar {
  readonly text: string
  /** The style that is asked for; where the text does not allow it, another one is taken. */
  readonly style: ScalarStyle
  readonly tag?: string
}

type ScalarStyle = 'plain' | 'single' | 'double' | 'literal'

const namedEscapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

/** The style that the text allows; a simple key stays on one line. */
export function chosenStyle({ text, style }: YamlScalar, isSimpleKey: boolean): ScalarStyle {
  const { multiline, plainAllowed, singleQuotedAllowed, blockAllowed } = analyzeScalar(text)
  let chosen: ScalarStyle = isSimpleKey && multiline ? 'double' : style
  if (chosen === 'plain' && (!plainAllowed || (text === '' && isSimpleKey))) chosen = 'single'
  if (chosen === 'single' && !singleQuotedAllowed) chosen = 'double'
  if (chosen === 'literal' && (!blockAllowed || isSimpleKey)) chosen = 'double'
  return chosen
}

/** Whether it cannot stand between double quotes as it is. */
export function needsEscape(character: string): boolean {
  return !isPrintableInYaml(character) || isBreak(character) || character === '"' || character === '\\'
}

export function escaped(character: string): string {
  const named = namedEscapes[character]
  if (named !== undefined) return `\\${named}`
  const code = character.codePointAt(0) ?? 0
  const [letter, width] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8]
  return `\\${letter}${code.toString(16).toUpperCase().padStart(width, '0')}`
}

/** What tells a reader of a literal block which line breaks at its end are its own. */
export function chompHint(text: string): string {
  const [last = '', before = ''] = [...text.slice(-2)].toReversed()
  if (!isBreak(last)) return '-'
  return before === '' || isBreak(before) ? '+' : ''
}

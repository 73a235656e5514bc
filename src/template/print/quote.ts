import { escapedByte } from '../text/go-string.ts'

/** How Go quotes strings and characters (strconv.Quote and its kin). */
export interface QuoteOptions {
  readonly quote: '"' | "'"
  readonly asciiOnly: boolean
}

const namedEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

export function quoted(text: string, options: QuoteOptions): string {
  let result = options.quote
  for (const character of text) result += escaped(character, options)
  return result + options.quote
}

/** Letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(character: string): boolean {
  // Here, so that it is made only for who has other characters than ASCII's.
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)
}

/** Whether it can stand between backquotes as it is. */
export function canBackquote(text: string): boolean {
  return text.isWellFormed() && !/[\x00-\x08\x0a-\x1f`\x7f\ufeff]/.test(text)
}

function escaped(character: string, { quote, asciiOnly }: QuoteOptions): string {
  if (character === quote || character === '\\') return `\\${character}`
  const code = character.codePointAt(0) ?? 0
  const byte = escapedByte(code)
  if (byte !== undefined) return `\\x${hex(byte, 2)}`
  if (code < 0x80 ? code >= 0x20 && code < 0x7f : !asciiOnly && isPrintable(character)) return character
  const named = namedEscapes[character]
  if (named !== undefined) return named
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0')
}

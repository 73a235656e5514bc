import { lowerOf, upperOf } from '../../text/letter-case.ts'
import { isBlank } from '../../text/white-space.ts'

/** Letters of two letters, whose title case is a third one. */
const titleLetters: ReadonlyMap<string, string> = new Map(
  ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'].flatMap(([upper = '', titled = '', lower = '']) => [
    [upper, titled] as const,
    [lower, titled] as const,
  ]),
)

/** Go's strings.Title: a letter after what is neither letter, digit nor underscore becomes title case. */
export function title(text: string): string {
  let before = ' '
  let result = ''
  for (const character of text.toWellFormed()) {
    result += isSeparator(before) ? titleOf(character) : character
    before = character
  }
  return result
}

/** goutils.Uncapitalize: the first letter of each word in lower case. */
export function uncapitalize(text: string): string {
  let isFirst = true
  let result = ''
  for (const character of text.toWellFormed()) {
    const isSpace = isBlank(character)
    result += isFirst && !isSpace ? lowerOf(character) : character
    isFirst = isSpace
  }
  return result
}

/** goutils.SwapCase: a small letter at the beginning of a word becomes title case. */
export function swapCase(text: string): string {
  let isFirst = true
  let result = ''
  for (const character of text.toWellFormed()) {
    if (isUpper(character) || /\p{Lt}/u.test(character)) {
      result += lowerOf(character)
      isFirst = false
    } else if (/\p{Ll}/u.test(character)) {
      result += isFirst ? titleOf(character) : upperOf(character)
      isFirst = false
    } else {
      result += character
      isFirst = isBlank(character)
    }
  }
  return result
}

/** unicode.IsUpper */
export function isUpper(character: string): boolean {
  return /\p{Lu}/u.test(character)
}

function isSeparator(character: string): boolean {
  if (character <= '\x7f') return !/\w/.test(character)
  return !/[\p{L}\p{Nd}]/u.test(character) && isBlank(character)
}

/** unicode.ToTitle */
function titleOf(character: string): string {
  // Georgian has an upper case for whole words alone.
  if (/[\p{Lt}\u10d0-\u10ff]/u.test(character)) return character
  return titleLetters.get(character) ?? upperOf(character)
}

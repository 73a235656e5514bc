import { lowerOf, upperOf } from '../../text/letter-case.ts'
import { isUpper } from './letters.ts'
import { isConnector, type Word, WordReader } from './word-reader.ts'

/** xstrings.ToPascalCase: words that `_`, `-` or white space connect, each with its first letter in upper case. */
export function toCamelCase(text: string): string {
  const characters = [...text.toWellFormed()]
  const start = characters.findIndex(character => !isConnector(character))
  // Of connectors alone the last is written once more, as there.
  if (start < 0) return characters.join('') + (characters.at(-1) ?? '')
  const first = characters[start] ?? ''
  let result = characters.slice(0, start).join('')
  let inUpper = isUpper(first)
  let before = upperOf(first)
  for (const character of characters.slice(start + 1)) {
    let current = character
    if (isConnector(before)) {
      if (isConnector(current)) result += before
      else {
        inUpper = isUpper(current)
        current = upperOf(current)
      }
    } else {
      inUpper &&= isUpper(current)
      if (inUpper) current = lowerOf(current)
      result += before
    }
    before = current
  }
  return result + before
}

/** xstrings.ToSnakeCase and ToKebabCase: the words in lower case, joined by the connector. */
export function toDelimited(text: string, connector: '_' | '-'): string {
  const words = new WordReader(text)
  let result = ''
  const write = ({ type, characters }: Word) => {
    const isChanged = type === 'upper' || type === 'connector'
    result += (isChanged ? characters.map(character => lowered(character, connector)) : characters).join('')
  }
  const writeThrough = () => {
    while (words.word.type === 'letters' || words.word.type === 'number') {
      write(words.word)
      words.next()
    }
    if (words.word.type !== 'none' && !isBetween(words.word)) result += connector
  }
  words.next()
  while (words.hasMore) {
    const last = words.word
    if (last.type !== 'connector') write(last)
    words.next()
    if (last.type === 'connector') write(last)
    else if (last.type === 'number') writeThrough()
    else if (last.type !== 'punctuation' && words.word.type !== 'number') {
      if (!isBetween(words.word)) result += connector
    } else if (last.type !== 'punctuation' && words.hasMore) {
      const number = words.word
      words.next()
      const isWithLetters = words.word.type === 'letters'
      if (isWithLetters) result += connector
      write(number)
      if (isWithLetters) writeThrough()
      else if (!isBetween(words.word)) result += connector
    }
  }
  write(words.word)
  return result
}

function isBetween({ type }: Word): boolean {
  return type === 'connector' || type === 'punctuation'
}

function lowered(character: string, connector: string): string {
  if (isConnector(character)) return connector
  return isUpper(character) ? lowerOf(character) : character.toWellFormed()
}

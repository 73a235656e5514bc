import { shortened } from '../../core/shortened.ts'
import type { Budget } from '../limits.ts'

export type TokenKind =
  | 'error'
  | 'bool'
  | 'character'
  | 'character constant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'end of file'
  | 'field'
  | 'identifier'
  | 'left delimiter'
  | 'left parenthesis'
  | 'number'
  | 'pipe'
  | 'raw string'
  | 'right delimiter'
  | 'right parenthesis'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | Keyword

export type Keyword = (typeof keywords)[number]

export interface Token {
  readonly kind: TokenKind
  /** The source, or what is wrong where the kind is `error`, which is always the last token. */
  readonly text: string
  readonly at: number
}

const keywords = [
  ...(['.', 'block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range'] as const),
  ...(['template', 'with'] as const),
] as const
const keywordSet: ReadonlySet<string> = new Set(keywords)
const asciiWordPattern = /\w+/y
const spacePattern = /[ \t\r\n]+/y
const numberPattern =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y

/** A token takes some 300 bytes until the template is parsed, and then half of that. */
const stepsPerToken = 2

export interface LexOptions {
  readonly left: string
  readonly right: string
  readonly budget: Budget
}

/**
 * Splits a template as Go's text/template does. Comments are gone and trimmed white space too; the last token is `end of
 * file` or `error`.
 * @throws LimitError
 */
export function lex(text: string, { left, right, budget }: LexOptions): readonly Token[] {
  const tokens: Token[] = []
  let at = 0

  const add = (kind: TokenKind, start: number, end: number) => {
    budget.takeSteps(stepsPerToken)
    tokens.push({ kind, text: text.slice(start, end), at: start })
    at = end
  }
  const fail = (problem: string, start: number): false => {
    tokens.push({ kind: 'error', text: problem, at: start })
    return false
  }
  /** Where what matches from `start` on ends. */
  const endOf = (pattern: RegExp, start: number): number => {
    pattern.lastIndex = start
    return pattern.test(text) ? pattern.lastIndex : start
  }

  /** Letters, digits and underscores. The pattern of all scripts' letters is made only for who has others than ASCII's. */
  const endOfWord = (from: number): number => {
    const end = endOf(asciiWordPattern, from)
    return (text.charCodeAt(end) || 0) < 0x80 ? end : endOf(/[\p{L}\p{Nd}_]+/uy, from)
  }
  const skipSpaces = () => {
    at = endOf(spacePattern, at)
  }
  const isSpace = (index: number) => {
    const code = text.charCodeAt(index)
    return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d
  }
  /** Length of the right delimiter at `index` with its trim marker; 0 if there is none. */
  const rightDelimiter = (index: number): number => {
    if (text.startsWith(right, index)) return right.length
    const trimmed = isSpace(index) && text[index + 1] === '-' && text.startsWith(right, index + 2)
    return trimmed ? right.length + 2 : 0
  }
  const endsWord = (index: number) =>
    index >= text.length ||
    isSpace(index) ||
    '.,|:)('.includes(text.charAt(index)) ||
    text.startsWith(right, index)
  const badCharacter = (index: number, start: number) =>
    fail(`bad character ${codePointName(text, index)}`, start)

  /** Text up to the next action, without what the action trims. False at the end. */
  const readText = (): boolean => {
    const start = at
    const found = text.indexOf(left, at)
    const end = found < 0 ? text.length : found
    const trims = found >= 0 && text[end + left.length] === '-' && isSpace(end + left.length + 1)
    let textEnd = end
    while (trims && textEnd > start && isSpace(textEnd - 1)) textEnd -= 1
    if (textEnd > start) add('text', start, textEnd)
    at = end
    if (found < 0) {
      add('end of file', end, end)
      return false
    }
    const inside = end + left.length + (trims ? 2 : 0)
    if (text.startsWith('/*', inside)) return readComment(inside)
    add('left delimiter', end, end + left.length)
    at = inside
    return readAction()
  }

  const readComment = (start: number): boolean => {
    const end = text.indexOf('*/', start + 2)
    if (end < 0) return fail('unclosed comment', start)
    const closing = rightDelimiter(end + 2)
    if (closing === 0) return fail('comment ends before closing delimiter', start)
    at = end + 2 + closing
    if (closing > right.length) skipSpaces()
    return true
  }

  const readAction = (): boolean => {
    let parentheses = 0
    for (;;) {
      const closing = rightDelimiter(at)
      if (closing > 0) {
        if (parentheses > 0) return fail('unclosed left paren', at)
        add('right delimiter', at + closing - right.length, at + closing)
        if (closing > right.length) skipSpaces()
        return true
      }
      const character = text[at]
      if (character === '(') parentheses += 1
      if (character === ')') {
        parentheses -= 1
        if (parentheses < 0) return fail('unexpected right paren', at)
      }
      if (!readToken(character)) return false
    }
  }

  const readToken = (character: string | undefined): boolean => {
    const start = at
    if (character === undefined) return fail('unclosed action', start)
    if (isSpace(start)) return readSpaces()
    switch (character) {
      case '=':
        add('assign', start, start + 1)
        return true
      case ':':
        if (text[start + 1] !== '=') return fail('expected :=', start)
        add('declare', start, start + 2)
        return true
      case '|':
        add('pipe', start, start + 1)
        return true
      case '(':
        add('left parenthesis', start, start + 1)
        return true
      case ')':
        add('right parenthesis', start, start + 1)
        return true
      case '"':
        return readQuoted('string', character, 'unterminated quoted string')
      case "'":
        return readQuoted('character constant', character, 'unterminated character constant')
      case '`':
        return readRawString()
      case '$':
        return readName('variable', 'variable')
    }
    if (character === '.' && !isDigit(text[start + 1])) return readName('field', '.')
    if (character === '.' || character === '+' || character === '-' || isDigit(character)) return readNumber()
    const wordEnd = endOfWord(start)
    if (wordEnd > start) return readIdentifier(wordEnd)
    if (character < ' ' || character > '~') {
      return fail(`unrecognized character in action: ${codePointName(text, start)}`, start)
    }
    add('character', start, start + 1)
    return true
  }

  /** The last space belongs to the right delimiter where that has a trim marker. */
  const readSpaces = (): boolean => {
    const end = endOf(spacePattern, at)
    add('space', at, rightDelimiter(end - 1) > right.length ? end - 1 : end)
    return true
  }

  const readIdentifier = (end: number): boolean => {
    if (!endsWord(end)) return badCharacter(end, at)
    const word = text.slice(at, end)
    const kind = isKeyword(word) ? word : word === 'true' || word === 'false' ? 'bool' : 'identifier'
    add(kind, at, end)
    return true
  }

  /** `.name` or `$name`, or the bare `.` or `$`. */
  const readName = (named: TokenKind, bare: TokenKind): boolean => {
    const start = at + 1
    const end = endsWord(start) ? start : endOfWord(start)
    if (!endsWord(end)) return badCharacter(end, at)
    add(end === start ? bare : named, at, end)
    return true
  }

  const readNumber = (): boolean => {
    const end = endOf(numberPattern, at)
    if (endOfWord(end) > end) return fail(`bad number syntax: "${shortened(text.slice(at, end + 1))}"`, at)
    if (text[end] !== '+' && text[end] !== '-') {
      add('number', at, end)
      return true
    }
    const complexEnd = endOf(numberPattern, end)
    if (text[complexEnd - 1] !== 'i' || endOfWord(complexEnd) > complexEnd) {
      return fail(`bad number syntax: "${shortened(text.slice(at, complexEnd))}"`, at)
    }
    add('complex', at, complexEnd)
    return true
  }

  const readQuoted = (kind: TokenKind, quote: string, unterminated: string): boolean => {
    let end = at + 1
    while (text[end] !== quote) {
      if (text[end] === '\\') end += 1
      if (end >= text.length || text[end] === '\n') return fail(unterminated, at)
      end += 1
    }
    add(kind, at, end + 1)
    return true
  }

  const readRawString = (): boolean => {
    const end = text.indexOf('`', at + 1)
    if (end < 0) return fail('unterminated raw quoted string', at)
    add('raw string', at, end + 1)
    return true
  }

  while (readText());
  return tokens
}

export function isKeyword(word: string): word is Keyword {
  return keywordSet.has(word)
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}

function codePointName(text: string, at: number): string {
  const codePoint = text.codePointAt(at)
  if (codePoint === undefined) return 'end of file'
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}

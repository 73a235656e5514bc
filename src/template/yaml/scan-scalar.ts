import { type Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './cursor.ts'

const simpleEscapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
}
const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** A quoted scalar, from its opening quote on. */
export function scanQuoted(cursor: Cursor): string {
  const quote = cursor.peek()
  cursor.skip()
  let text = ''
  for (;;) {
    if (cursor.isAtDocumentIndicator()) cursor.fail('found unexpected document indicator')
    if (cursor.peek() === '\0') cursor.fail('found unexpected end of stream')
    const [part, isContinued] = quotedWords(cursor, quote)
    text += part
    if (cursor.peek() === quote) break
    text += quotedBlanks(cursor, isContinued)
  }
  cursor.skip()
  return text
}

/** What is not blank; and whether it ends in a backslash that hides the line break after it. */
function quotedWords(cursor: Cursor, quote: string): [text: string, isContinued: boolean] {
  let text = ''
  for (;;) {
    text += cursor.takeWhile(
      next => !isBlankOrEnd(next) && next !== quote && (next !== '\\' || quote === "'"),
    )
    if (quote === "'" && cursor.peek() === "'" && cursor.peek(1) === "'") {
      text += "'"
      cursor.skip(2)
    } else if (quote === '"' && cursor.peek() === '\\') {
      if (isBreak(cursor.peek(1))) {
        cursor.skip()
        cursor.takeBreak()
        return [text, true]
      }
      text += scanEscape(cursor)
    } else return [text, false]
  }
}

function scanEscape(cursor: Cursor): string {
  const kind = cursor.peek(1)
  const simple = Object.hasOwn(simpleEscapes, kind) ? simpleEscapes[kind] : undefined
  const length = Object.hasOwn(codeLengths, kind) ? codeLengths[kind] : undefined
  if (simple === undefined && length === undefined) cursor.fail('found unknown escape character')
  cursor.skip(2)
  if (simple !== undefined) return simple
  let digits = ''
  for (let left = length ?? 0; left > 0; left -= 1) {
    digits += cursor.peek()
    if (!/^[\da-fA-F]+$/.test(digits)) cursor.fail('did not find expected hexdecimal number')
    cursor.skip()
  }
  const code = Number.parseInt(digits, 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    cursor.fail('found invalid Unicode character escape code')
  }
  return String.fromCodePoint(code)
}

function quotedBlanks(cursor: Cursor, isContinued: boolean): string {
  const { blanks, folded, trailing, hasBreak } = scanBlanks(cursor, { isContinued })
  if (isContinued) return trailing
  return hasBreak ? folded : blanks
}

interface Blanks {
  /** As written, where there is no line break. */
  readonly blanks: string
  /** Line breaks folded: one is a space. */
  readonly folded: string
  /** The line breaks after the first one, or after a hidden one. */
  readonly trailing: string
  readonly hasBreak: boolean
}

/** Blanks and line breaks between words; `indent` is the column that blanks after a line break must not tabulate to. */
function scanBlanks(
  cursor: Cursor,
  { isContinued, indent = 0 }: { readonly isContinued: boolean; readonly indent?: number },
): Blanks {
  let blanks = ''
  let first = ''
  let trailing = ''
  let hasBreak = isContinued
  for (let next = cursor.peek(); isBlank(next) || isBreak(next); next = cursor.peek()) {
    if (isBreak(next)) {
      if (hasBreak) trailing += cursor.takeBreak()
      else first = cursor.takeBreak()
      hasBreak = true
      continue
    }
    if (hasBreak && next === '\t' && cursor.column < indent) {
      cursor.fail('found a tab character that violates indentation')
    }
    if (!hasBreak) blanks += next
    cursor.skip()
  }
  const folded = first === '\n' ? trailing || ' ' : first + trailing
  return { blanks, folded, trailing, hasBreak }
}

/**
 * A plain scalar, and whether the cursor stands at the beginning of a line after it.
 * @param indent column below which a further line does not belong to it
 */
export function scanPlain(
  cursor: Cursor,
  { indent, inFlow }: { readonly indent: number; readonly inFlow: boolean },
): { readonly text: string; readonly endsLine: boolean } {
  let text = ''
  let between = ''
  let endsLine = false
  while (!cursor.isAtDocumentIndicator() && cursor.peek() !== '#') {
    const words = cursor.takeWhile(next => {
      if (isBlankOrEnd(next) || (inFlow && ',?[]{}'.includes(next))) return false
      return next !== ':' || !isBlankOrEnd(cursor.peek(1))
    })
    if (words !== '') {
      text += between + words
      endsLine = false
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break
    const blanks = scanBlanks(cursor, { isContinued: false, indent })
    endsLine = blanks.hasBreak
    between = blanks.hasBreak ? blanks.folded : blanks.blanks
    if (!inFlow && cursor.column < indent) break
  }
  return { text, endsLine }
}

/**
 * A block scalar, from its `|` or `>` on.
 * @param parentIndent -1 at the root
 */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const isLiteral = cursor.peek() === '|'
  cursor.skip()
  const { chomping, increment } = scanBlockHeader(cursor)
  cursor.skipRestOfLine()
  const given = increment === 0 ? undefined : Math.max(parentIndent, 0) + increment
  const { indent, breaks } = scanLeadingBreaks(cursor, given ?? 0, parentIndent)
  let text = ''
  let lineBreak = ''
  let trailing = breaks
  let wasBlank = false
  while (cursor.column === indent && cursor.peek() !== '\0') {
    const isBlankLine = isBlank(cursor.peek())
    const folds = !isLiteral && !wasBlank && !isBlankLine && lineBreak === '\n'
    text += (folds ? (trailing === '' ? ' ' : '') : lineBreak) + trailing
    wasBlank = isBlankLine
    text += cursor.takeWhile(next => !isBreakOrEnd(next))
    lineBreak = cursor.takeBreak()
    trailing = scanLeadingBreaks(cursor, indent, parentIndent).breaks
  }
  if (chomping !== '-') text += lineBreak
  if (chomping === '+') text += trailing
  return text
}

function scanBlockHeader(cursor: Cursor): { chomping: string; increment: number } {
  let chomping = ''
  let increment = 0
  const takeChomping = () => {
    if (chomping !== '' || !'+-'.includes(cursor.peek())) return
    chomping = cursor.peek()
    cursor.skip()
  }
  takeChomping()
  if (/\d/.test(cursor.peek())) {
    increment = Number(cursor.peek())
    if (increment === 0) cursor.fail('found an indentation indicator equal to 0')
    cursor.skip()
  }
  takeChomping()
  return { chomping, increment }
}

/** Indentation and empty lines before the next line that is not; an `indent` of 0 is found out by them. */
function scanLeadingBreaks(
  cursor: Cursor,
  indent: number,
  parentIndent: number,
): { readonly indent: number; readonly breaks: string } {
  let breaks = ''
  let deepest = 0
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.peek() === ' ') cursor.skip()
    deepest = Math.max(deepest, cursor.column)
    if ((indent === 0 || cursor.column < indent) && cursor.peek() === '\t') {
      cursor.fail('found a tab character where an indentation space is expected')
    }
    if (!isBreak(cursor.peek())) break
    breaks += cursor.takeBreak()
  }
  return { indent: indent === 0 ? Math.max(deepest, parentIndent + 1, 1) : indent, breaks }
}

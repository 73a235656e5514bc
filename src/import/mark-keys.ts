/** HCL in which every key carries a mark, by which its place is found again in what the parser answers. */
export interface MarkedText {
  /** The same text, line by line, with each key quoted and `#` and its number added. */
  readonly text: string
  /** The line of each key by its number, from 1. */
  readonly lines: readonly number[]
}

/**
 * The parser answers values without places, so the places are written into the keys before. This knows tokens alone: what
 * is a key is seen by what stands before and after it. Of a text that is not valid it marks what it understands.
 */
export function markKeys(text: string): MarkedText {
  const tokens = significantTokens(text)
  const lines: number[] = []
  let marked = ''
  let copied = 0
  let line = 1
  for (const [index, { kind, start, end }] of tokens.entries()) {
    if (kind !== 'word' && kind !== 'string') continue
    const next = tokens[index + 1]
    if (tokens[index - 1]?.kind === '=' || next === undefined || !mayFollowKey.has(next.kind)) continue
    const name = kind === 'word' ? text.slice(start, end) : text.slice(start + 1, end - 1)
    const before = text.slice(copied, start)
    line += lineFeeds(before)
    marked += `${before}"${name}#${lines.length}"`
    lines.push(line)
    line += lineFeeds(name)
    copied = end
  }
  return { text: marked + text.slice(copied), lines }
}

/** Takes the mark off a key again. */
export function unmark(key: string): { readonly name: string; readonly number: number } {
  const at = key.lastIndexOf('#')
  return { name: key.slice(0, at), number: Number(key.slice(at + 1)) }
}

/** A value, a block, or a label, which is marked too. */
const mayFollowKey: ReadonlySet<string> = new Set(['=', '{', 'word', 'string'])

interface Token {
  readonly kind: string
  readonly start: number
  readonly end: number
}

/** White space, comments, heredocs, numbers and words are one match each; a string is only begun by its quote. */
const lexeme = new RegExp(
  [
    String.raw`(?<blank>\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)`,
    String.raw`<<-?(?<end>[\p{L}\p{N}_]+)\r?\n(?:[^\n]*\n)*?[^\S\n]*\k<end>\r*(?=\n|$)`,
    String.raw`\d[\w.]*`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_.-]*)`,
    '.',
  ].join('|'),
  'suy',
)

function significantTokens(text: string): Token[] {
  const tokens: Token[] = []
  let start = 0
  while (start < text.length) {
    lexeme.lastIndex = start
    const { groups, 0: found = '' } = lexeme.exec(text) ?? {}
    const kind = found === '"' ? 'string' : groups?.['word'] === undefined ? found : 'word'
    const end = kind === 'string' ? endOfString(text, start) : start + found.length
    if (groups?.['blank'] === undefined) tokens.push({ kind, start, end })
    start = end
  }
  return tokens
}

/** Quotes within `${…}` do not end a string. */
function endOfString(text: string, start: number): number {
  let braces = 0
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === '"' && braces === 0) return at + 1
    else if (character === '{' && (braces > 0 || text[at - 1] === '$')) braces++
    else if (character === '}' && braces > 0) braces--
  }
  return text.length
}

function lineFeeds(text: string): number {
  return text.split('\n').length - 1
}

import type { Budget } from '../limits.ts'
import { Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './cursor.ts'
import { scanAnchor, scanDirective, scanTag } from './scan-property.ts'
import { scanBlock, scanPlain, scanQuoted } from './scan-scalar.ts'
import { SimpleKeys } from './simple-keys.ts'
import type { TokenKind, YamlToken } from './token.ts'

const plainStart = /[^ \t\n\r\0\u0085\u2028\u2029\-?:,[\]{}#&*!|>'"%@`]/

/** A token, and what is made of it, takes some 200 bytes until all is read. */
const stepsPerToken = 4

/**
 * Splits a text as libyaml does, no further than is asked for: what is wrong after the first document is never seen.
 */
export class YamlScanner {
  readonly #budget: Budget
  readonly #cursor: Cursor
  readonly #tokens: YamlToken[] = []
  /** Tokens that were taken. */
  #taken = 0
  #indent = -1
  readonly #indents: number[] = []
  readonly #keys: SimpleKeys
  #keyAllowed = true

  constructor(text: string, budget: Budget) {
    this.#budget = budget
    this.#cursor = new Cursor(text)
    this.#keys = new SimpleKeys(this.#cursor)
  }

  /** The next token, which must not change any more: a simple key may put others before it. */
  peek(): YamlToken {
    for (;;) {
      const token = this.#tokens[this.#taken]
      if (token !== undefined && !this.#keys.mayBegin(this.#taken)) return token
      this.#fetch()
    }
  }

  take(): YamlToken {
    const token = this.peek()
    this.#taken += 1
    return token
  }

  fail(problem: string): never {
    return this.#cursor.fail(problem)
  }

  get #inFlow(): boolean {
    return this.#keys.inFlow
  }

  #fetch(): void {
    this.#budget.takeSteps(stepsPerToken)
    this.#skipToToken()
    this.#unroll(this.#cursor.column)
    const cursor = this.#cursor
    const next = cursor.peek()
    const isIndicator = isBlankOrEnd(cursor.peek(1))
    if (next === '\0') this.#streamEnd()
    else if (cursor.column === 0 && next === '%') this.#directive()
    else if (cursor.isAtDocumentIndicator()) this.#documentIndicator()
    else if (next === '[' || next === '{') this.#flowStart(next)
    else if (next === ']' || next === '}') this.#flowEnd(next)
    else if (next === ',') this.#flowEntry()
    else if (next === '-' && isIndicator) this.#blockEntry()
    else if (next === '?' && (this.#inFlow || isIndicator)) this.#key()
    else if (next === ':' && (this.#inFlow || isIndicator)) this.#value()
    else if (next === '*' || next === '&') this.#property(() => this.#anchor(next))
    else if (next === '!') this.#property(() => ({ kind: 'tag', tag: scanTag(cursor) }))
    else if ((next === '|' || next === '>') && !this.#inFlow) this.#blockScalar()
    else if (next === "'" || next === '"') this.#property(() => scalar(scanQuoted(cursor), false))
    else if (this.#startsPlain(next)) this.#plainScalar()
    else this.fail('found character that cannot start any token')
  }

  #skipToToken(): void {
    const cursor = this.#cursor
    for (;;) {
      const isTabAllowed = this.#inFlow || !this.#keyAllowed
      cursor.skipWhile(next => next === ' ' || (isTabAllowed && next === '\t'))
      if (cursor.peek() === '#') cursor.skipWhile(next => !isBreakOrEnd(next))
      if (!isBreak(cursor.peek())) return
      cursor.takeBreak()
      if (!this.#inFlow) this.#keyAllowed = true
    }
  }

  #startsPlain(next: string): boolean {
    if (plainStart.test(next)) return true
    if (next === '-') return !isBlank(this.#cursor.peek(1))
    return !this.#inFlow && (next === '?' || next === ':') && !isBlankOrEnd(this.#cursor.peek(1))
  }

  #add(token: YamlToken): void {
    this.#tokens.push(token)
  }

  /** Adds the token of an indicator of so many characters. */
  #indicator(kind: TokenKind, length = 1): void {
    this.#cursor.skip(length)
    this.#add({ kind })
  }

  #saveKey(): void {
    const isRequired = !this.#inFlow && this.#indent === this.#cursor.column
    if (this.#keyAllowed) this.#keys.save(this.#tokens.length, isRequired)
  }

  /** Begins a block collection where the column is deeper than the one around it. */
  #roll(kind: 'block sequence' | 'block mapping', column: number, token = this.#tokens.length): void {
    if (this.#inFlow || this.#indent >= column) return
    this.#indents.push(this.#indent)
    this.#indent = column
    this.#insert({ kind }, token)
  }

  /** What would stand before tokens that were taken is put last, as in the original. */
  #insert(token: YamlToken, at: number): void {
    this.#tokens.splice(at < this.#taken ? this.#tokens.length : at, 0, token)
  }

  #unroll(column: number): void {
    if (this.#inFlow) return
    while (this.#indent > column) {
      this.#add({ kind: 'block end' })
      this.#indent = this.#indents.pop() ?? -1
    }
  }

  #streamEnd(): void {
    // A key must end in its line, also in the last one.
    if (this.#cursor.column !== 0) this.#cursor.line += 1
    this.#cursor.column = 0
    this.#leaveBlocks()
    this.#add({ kind: 'stream end' })
  }

  #directive(): void {
    this.#leaveBlocks()
    this.#add({ kind: 'directive', directive: scanDirective(this.#cursor) })
  }

  #documentIndicator(): void {
    const kind = this.#cursor.peek() === '-' ? 'document start' : 'document end'
    this.#leaveBlocks()
    this.#indicator(kind, 3)
  }

  #leaveBlocks(): void {
    this.#unroll(-1)
    this.#keys.remove()
    this.#keyAllowed = false
  }

  #flowStart(kind: '[' | '{'): void {
    this.#saveKey()
    this.#keys.open(this.#tokens.length)
    this.#keyAllowed = true
    this.#indicator(kind)
  }

  #flowEnd(kind: ']' | '}'): void {
    this.#keys.remove()
    this.#keys.close()
    this.#keyAllowed = false
    this.#indicator(kind)
  }

  #flowEntry(): void {
    this.#keys.remove()
    this.#keyAllowed = true
    this.#indicator(',')
  }

  #blockEntry(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) this.fail('block sequence entries are not allowed in this context')
      this.#roll('block sequence', this.#cursor.column)
    }
    this.#keys.remove()
    this.#keyAllowed = true
    this.#indicator('-')
  }

  #key(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) this.fail('mapping keys are not allowed in this context')
      this.#roll('block mapping', this.#cursor.column)
    }
    this.#keys.remove()
    this.#keyAllowed = !this.#inFlow
    this.#indicator('?')
  }

  #value(): void {
    const key = this.#keys.take()
    if (key !== undefined) {
      this.#insert({ kind: '?' }, key.token)
      this.#roll('block mapping', key.column, key.token)
      this.#keyAllowed = false
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) this.fail('mapping values are not allowed in this context')
        this.#roll('block mapping', this.#cursor.column)
      }
      this.#keyAllowed = !this.#inFlow
    }
    this.#indicator(':')
  }

  /** What may be, or begin, a simple key. */
  #property(scan: () => YamlToken): void {
    this.#saveKey()
    this.#keyAllowed = false
    this.#add(scan())
  }

  #anchor(indicator: '*' | '&'): YamlToken {
    return { kind: indicator === '*' ? 'alias' : 'anchor', name: scanAnchor(this.#cursor) }
  }

  #blockScalar(): void {
    this.#keys.remove()
    this.#keyAllowed = true
    this.#add(scalar(scanBlock(this.#cursor, this.#indent), false))
  }

  #plainScalar(): void {
    this.#saveKey()
    this.#keyAllowed = false
    const options = { indent: this.#indent + 1, inFlow: this.#inFlow }
    const { text, endsLine } = scanPlain(this.#cursor, options)
    if (endsLine) this.#keyAllowed = true
    this.#add(scalar(text, true))
  }
}

function scalar(text: string, isPlain: boolean): YamlToken {
  return { kind: 'scalar', text, isPlain }
}

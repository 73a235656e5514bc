import { type Budget, LimitError } from '../limits.ts'
import { positionAt, TemplateSyntaxError } from '../template-error.ts'
import { lex, type Token, type TokenKind } from './lex.ts'

export interface Delimiters {
  readonly left: string
  readonly right: string
}

export interface TokenStreamOptions {
  readonly name: string
  readonly text: string
  readonly delimiters: Delimiters
  /** Of reading it. */
  readonly budget: Budget
}

/** The tokens of one text, with look-ahead, and the errors that point at them. */
export class TokenStream {
  readonly name: string
  readonly text: string
  #tokens: readonly Token[] = []
  readonly #budget: Budget
  #next = 0
  #furthest = 0

  constructor({ name, text, delimiters, budget }: TokenStreamOptions) {
    this.name = name
    this.text = text
    this.#budget = budget
    this.#tokens = this.#within(() => {
      budget.takeText(text)
      return lex(text, { ...delimiters, budget })
    })
  }

  /** What is read until `leave` stands within something else. */
  enter(): void {
    this.#within(() => this.#budget.enter())
  }

  leave(): void {
    this.#budget.leave()
  }

  /** Where the next token is read from; `seek` goes back there. */
  get mark(): number {
    return this.#next
  }

  seek(mark: number): void {
    this.#next = mark
  }

  /** Offset of the token that was read last. */
  get lastAt(): number {
    return this.#tokenAt(this.#next - 1).at
  }

  lineAt(offset: number): number {
    return positionAt(this.text, offset).line
  }

  next(): Token {
    const at = this.#next
    if (at > this.#furthest) this.#furthest = at
    this.#next = at + 1
    return this.#tokens[at] ?? this.#tokenAt(at)
  }

  peek(): Token {
    const token = this.next()
    this.#next -= 1
    return token
  }

  nextNonSpace(): Token {
    let token = this.next()
    while (token.kind === 'space') token = this.next()
    return token
  }

  /** Skips white space and looks at what follows. */
  peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.#next -= 1
    return token
  }

  expect(kinds: readonly TokenKind[], context: string): Token {
    const token = this.nextNonSpace()
    return kinds.includes(token.kind) ? token : this.unexpected(token, context)
  }

  unexpected(token: Token, context: string, actionAt?: number): never {
    if (token.kind !== 'error')
      return this.fail(`unexpected ${describe(token)} in ${context}`, undefined, token)
    const [from, to] = [positionAt(this.text, actionAt ?? token.at), positionAt(this.text, token.at)]
    return this.fail(
      from.line === to.line ? token.text : `${token.text}, in the action that begins in line ${from.line}`,
    )
  }

  /** As in Go, the error is in the line that reading has got to; `token` tells the column where it stands in that line. */
  fail(problem: string, hint?: string, token?: Token): never {
    const furthest = positionAt(this.text, this.#tokenAt(this.#furthest).at)
    const near = token === undefined ? furthest : positionAt(this.text, token.at)
    const position = near.line === furthest.line ? near : furthest
    throw new TemplateSyntaxError(problem, { template: this.name, ...position, hint })
  }

  /** The error is at the token that is read from `mark`. */
  failAt(mark: number, problem: string): never {
    const position = positionAt(this.text, this.#tokenAt(mark).at)
    throw new TemplateSyntaxError(problem, { template: this.name, ...position })
  }

  /** A limit that is passed is a mistake of the template. */
  #within<Result>(read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      return this.fail(error.problem, error.hint)
    }
  }

  #tokenAt(index: number): Token {
    const last = this.#tokens.length - 1
    return this.#tokens[Math.min(index, last)] ?? { kind: 'end of file', text: '', at: 0 }
  }
}

function describe(token: Token): string {
  if (token.kind === 'end of file') return 'end of file'
  return token.text.length > 20 ? `"${token.text.slice(0, 20)}..."` : `"${token.text}"`
}

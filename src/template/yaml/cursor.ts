import { RenderError } from '../../core/errors.ts'

/** Line breaks of YAML 1.1; NUL stands for the end. */
const breaks = '\n\r\u0085\u2028\u2029'

export function isBreak(character: string): boolean {
  return character !== '' && breaks.includes(character)
}

export function isBlank(character: string): boolean {
  return character === ' ' || character === '\t'
}

export function isBreakOrEnd(character: string): boolean {
  return character === '\0' || isBreak(character)
}

export function isBlankOrEnd(character: string): boolean {
  return isBlank(character) || isBreakOrEnd(character)
}

/** Where reading a text has got to. Columns and the index count characters. */
export class Cursor {
  at = 0
  index = 0
  line = 0
  column = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The character that stands there; NUL at the end, and half of one that has two units. */
  peek(ahead = 0): string {
    return this.#text[this.at + ahead] ?? '\0'
  }

  skip(count = 1): void {
    for (let left = count; left > 0; left -= 1) {
      this.at += (this.#text.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1
      this.index += 1
      this.column += 1
    }
  }

  skipWhile(holds: (character: string) => boolean): void {
    while (holds(this.peek())) this.skip()
  }

  takeWhile(holds: (character: string) => boolean): string {
    const start = this.at
    this.skipWhile(holds)
    return this.#text.slice(start, this.at)
  }

  /** Blanks and a comment, up to the end of the line. */
  skipRestOfLine(): void {
    this.skipWhile(isBlank)
    if (this.peek() === '#') this.skipWhile(character => !isBreakOrEnd(character))
    if (!isBreakOrEnd(this.peek())) this.fail('did not find expected comment or line break')
    this.takeBreak()
  }

  /** A line break as YAML reads it: all but U+2028 and U+2029 are a line feed. */
  takeBreak(): string {
    const character = this.peek()
    if (!isBreak(character)) return ''
    const isPair = character === '\r' && this.peek(1) === '\n'
    this.at += isPair ? 2 : 1
    this.index += isPair ? 2 : 1
    this.line += 1
    this.column = 0
    return character === '\u2028' || character === '\u2029' ? character : '\n'
  }

  /** Whether `---` or `...` stands here alone at the beginning of a line. */
  isAtDocumentIndicator(): boolean {
    if (this.column !== 0 || !isBlankOrEnd(this.peek(3))) return false
    return this.#text.startsWith('---', this.at) || this.#text.startsWith('...', this.at)
  }

  /** Says what is wrong, with nothing of the text. */
  fail(problem: string): never {
    throw new RenderError(`the text is not valid YAML: ${problem}, in its line ${this.line + 1}`)
  }
}

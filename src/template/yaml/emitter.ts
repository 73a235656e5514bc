import type { Budget } from '../limits.ts'
import { analyzeScalar, isBreak } from './analysis.ts'
import { chompHint, chosenStyle, escaped, needsEscape, type YamlScalar } from './scalar-style.ts'

type Emit = () => void

const bestIndent = 2
const bestWidth = 80
const longestSimpleKey = 128

/**
 * Writes YAML in block style as libyaml does. Column, white space and indention are what it decides by where a line is
 * broken and a space is put.
 */
export class YamlEmitter {
  text = ''
  readonly budget: Budget
  #column = 0
  /** Whether what was written last is white space; whether the line has nothing but indicators of indentation. */
  #whitespace = true
  #indention = true
  #indent = -1
  /** Where the next node stands. */
  #inMapping = false
  #asKey: 'simple' | 'probe' | undefined
  /** The scalar of a key, caught to see whether it is simple. */
  #caught: YamlScalar | undefined

  constructor(budget: Budget) {
    this.budget = budget
  }

  scalar(scalar: YamlScalar): void {
    if (this.#asKey === 'probe') {
      this.#caught = scalar
      return
    }
    const isSimpleKey = this.#asKey === 'simple'
    const style = chosenStyle(scalar, isSimpleKey)
    if (scalar.tag !== undefined) {
      if (!this.#whitespace) this.#put(' ')
      this.#put(scalar.tag)
      this.#whitespace = false
      this.#indention = false
    }
    this.#indented({ flow: true, indentless: false }, () => {
      if (style === 'plain') this.#plain(scalar.text, !isSimpleKey)
      else if (style === 'single') this.#singleQuoted(scalar.text, !isSimpleKey)
      else if (style === 'double') this.#doubleQuoted(scalar.text, !isSimpleKey)
      else this.#literal(scalar.text)
    })
  }

  sequence(items: readonly Emit[]): void {
    if (items.length === 0) {
      this.#empty('[', ']')
      return
    }
    this.#indented({ flow: false, indentless: this.#inMapping && !this.#indention }, () => {
      for (const item of items) {
        this.#writeIndent()
        this.#indicator('-', { spaced: true, isIndention: true })
        this.#node(item, false)
      }
    })
  }

  mapping(members: readonly (readonly [key: Emit, value: Emit])[]): void {
    if (members.length === 0) {
      this.#empty('{', '}')
      return
    }
    this.#indented({ flow: false, indentless: false }, () => {
      for (const [key, value] of members) this.#member(key, value)
    })
  }

  #member(key: Emit, value: Emit): void {
    this.#writeIndent()
    if (this.#isSimple(key)) {
      this.#node(key, true, 'simple')
      this.#indicator(':', { spaced: false, isIndention: false })
    } else {
      this.#indicator('?', { spaced: true, isIndention: true })
      this.#node(key, true)
      this.#writeIndent()
      this.#indicator(':', { spaced: true, isIndention: true })
    }
    this.#node(value, true)
  }

  #node(emit: Emit, inMapping: boolean, asKey?: 'simple' | 'probe'): void {
    this.#inMapping = inMapping
    this.#asKey = asKey
    emit()
    this.#asKey = undefined
  }

  #isSimple(key: Emit): boolean {
    this.#caught = undefined
    this.#node(key, true, 'probe')
    const { text = '', tag = '' } = this.#caught ?? {}
    return !analyzeScalar(text).multiline && tag.length + Buffer.byteLength(text) <= longestSimpleKey
  }

  #empty(open: string, close: string): void {
    this.#indicator(open, { spaced: true, isIndention: false })
    this.#indicator(close, { spaced: false, isIndention: false })
  }

  #indented({ flow, indentless }: { flow: boolean; indentless: boolean }, emit: Emit): void {
    const outer = this.#indent
    if (outer < 0) this.#indent = flow ? bestIndent : 0
    else if (!indentless) this.#indent += bestIndent
    emit()
    this.#indent = outer
  }

  #plain(text: string, allowBreaks: boolean): void {
    if (!this.#whitespace) this.#put(' ')
    this.#folded(text, allowBreaks)
    this.#endScalar()
  }

  #singleQuoted(text: string, allowBreaks: boolean): void {
    this.#indicator("'", { spaced: true, isIndention: false })
    this.#folded(text.replaceAll("'", "''"), allowBreaks)
    this.#put("'")
    this.#endScalar()
  }

  /** A space becomes a line break where the line is too long and no space stands beside it. */
  #folded(text: string, allowBreaks: boolean): void {
    let breaks = false
    let previous = ''
    const characters = [...text]
    for (const [index, character] of characters.entries()) {
      const isInside = index > 0 && index < characters.length - 1
      const isAlone = character === ' ' && previous !== ' ' && characters[index + 1] !== ' '
      const folds = isAlone && isInside && this.#column > bestWidth
      if (folds && allowBreaks) this.#writeIndent()
      else if (isBreak(character)) {
        this.#writeBreak(character)
        breaks = true
      } else {
        if (breaks && character !== ' ') this.#writeIndent()
        this.#put(character)
        if (character !== ' ') {
          this.#indention = false
          breaks = false
        }
      }
      previous = character
    }
  }

  #doubleQuoted(text: string, allowBreaks: boolean): void {
    this.#indicator('"', { spaced: true, isIndention: false })
    const characters = [...text]
    // A slip of the original: where a text begins with a byte order mark, all of it is escaped.
    const escapesAll = text.startsWith('\ufeff')
    let afterSpace = false
    for (const [index, character] of characters.entries()) {
      const isInside = index > 0 && index < characters.length - 1
      if (escapesAll || needsEscape(character)) {
        this.#put(escaped(character))
        afterSpace = false
      } else if (character !== ' ') {
        this.#put(character)
        afterSpace = false
      } else {
        if (allowBreaks && !afterSpace && isInside && this.#column > bestWidth) {
          this.#writeIndent()
          if (characters[index + 1] === ' ') this.#put('\\')
        } else this.#put(character)
        afterSpace = true
      }
    }
    this.#put('"')
    this.#endScalar()
  }

  #literal(text: string): void {
    const hint = text.startsWith(' ') || isBreak(text[0]) ? String(bestIndent) : ''
    this.#indicator(`|${hint}${chompHint(text)}`, { spaced: true, isIndention: false })
    this.#putBreak()
    this.#indention = true
    this.#whitespace = true
    let breaks = true
    for (const character of text) {
      if (isBreak(character)) {
        this.#writeBreak(character)
        breaks = true
      } else {
        if (breaks) this.#writeIndent()
        this.#put(character)
        this.#indention = false
        breaks = false
      }
    }
  }

  #endScalar(): void {
    this.#whitespace = false
    this.#indention = false
  }

  #writeIndent(): void {
    const indent = Math.max(this.#indent, 0)
    const isBeyond = this.#column > indent || (this.#column === indent && !this.#whitespace)
    if (!this.#indention || isBeyond) this.#putBreak()
    // Lines may be short, and their indentation long.
    this.budget.checkBytes(this.text.length + indent)
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column))
    this.#whitespace = true
    this.#indention = true
  }

  #indicator(text: string, { spaced, isIndention }: { spaced: boolean; isIndention: boolean }): void {
    if (spaced && !this.#whitespace) this.#put(' ')
    this.#put(text)
    this.#whitespace = false
    this.#indention &&= isIndention
  }

  #put(text: string): void {
    this.text += text
    this.#column += text.length === 1 ? 1 : [...text].length
  }

  #putBreak(): void {
    this.text += '\n'
    this.#column = 0
  }

  #writeBreak(character: string): void {
    this.text += character
    this.#column = 0
    this.#indention = true
  }
}

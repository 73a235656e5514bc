import { unicodeClassName } from './unicode-class-name.ts'

/** What can be told of a pattern without compiling it. */
export interface PatternShape {
  /**
   * The pattern as the library takes it: its groups unnamed, for Go lets two groups have one name, and its classes of
   * Unicode characters with their proper names.
   */
  readonly plain: string
  /** The groups' names from group 1 on, undefined for those without. */
  readonly groupNames: readonly (string | undefined)[]
  /** About the instructions that it compiles to, repeats being written out. */
  readonly size: number
}

/** A class of Unicode characters is a table of ranges, which repeats share. */
const unicodeClassSize = 100
/** Such as `[:alpha:]`, within brackets. */
const namedClass = /\[:\^?\w{1,20}:\]/y
const groupName = /\(\?P?<(\w+)>/y
const repeat = /\{(\d{1,8})(?:,(\d{0,8}))?\}/y

/** Reads a pattern as RE2 does, as far as needed. Of one that is not valid, the result is not either. */
export function shapeOf(pattern: string): PatternShape {
  return new Reader(pattern).read()
}

class Reader {
  readonly #pattern: string
  readonly #names: (string | undefined)[] = []
  readonly #open: number[] = []
  #plain = ''
  #at = 0
  /** Of what has been read of the group that is open, without its last part. */
  #size = 0
  /** Of the last part, which a repeat multiplies. */
  #part = 0
  #classes = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  read(): PatternShape {
    while (this.#at < this.#pattern.length) this.#readPart()
    const sizes = [...this.#open, this.#size, this.#part, this.#classes * unicodeClassSize]
    return {
      plain: this.#plain,
      groupNames: this.#names,
      size: sizes.reduce((sum, size) => sum + size, 0),
    }
  }

  #readPart(): void {
    const character = this.#pattern.charAt(this.#at)
    if (character === '\\') this.#readEscape()
    else if (character === '[') this.#readClass()
    else if (character === '(') this.#openGroup()
    else if (character === ')') this.#closeGroup()
    else if (character === '{') this.#readRepeat()
    else {
      this.#copy(1)
      this.#add(1)
    }
  }

  #readEscape(): void {
    const next = this.#pattern.charAt(this.#at + 1)
    if (next !== 'Q') {
      this.#copyEscape()
      this.#add(1)
      return
    }
    const end = this.#pattern.indexOf('\\E', this.#at + 2)
    const length = (end < 0 ? this.#pattern.length : end + 2) - this.#at
    this.#add(length)
    this.#copy(length)
  }

  #readClass(): void {
    const start = this.#at
    this.#copy(this.#pattern.charAt(start + 1) === '^' ? 2 : 1)
    // What is first in a class is not its end.
    let isFirst = true
    while (this.#at < this.#pattern.length) {
      const character = this.#pattern.charAt(this.#at)
      if (character === ']' && !isFirst) {
        this.#copy(1)
        break
      }
      isFirst = false
      if (character === '\\') this.#copyEscape()
      else this.#copy(this.#match(namedClass)?.[0].length ?? 1)
    }
    this.#add(1)
  }

  /** `\pL` and `\p{Letter}` with the name that the library knows; other escapes as they are. */
  #copyEscape(): void {
    const letter = this.#pattern.charAt(this.#at + 1)
    this.#copy(2)
    if (letter !== 'p' && letter !== 'P') return
    this.#classes += 1
    const isBraced = this.#pattern.charAt(this.#at) === '{'
    const end = isBraced ? this.#pattern.indexOf('}', this.#at) : this.#at
    if (end < 0 || end >= this.#pattern.length) return
    const name = this.#pattern.slice(isBraced ? this.#at + 1 : this.#at, isBraced ? end : end + 1)
    this.#plain += `{${unicodeClassName(name)}}`
    this.#at = end + 1
  }

  #openGroup(): void {
    this.#open.push(this.#size + this.#part)
    this.#size = 2
    this.#part = 0
    const name = this.#groupName()
    if (name !== undefined) {
      this.#names.push(name.text)
      this.#plain += '('
      this.#at += name.end
      return
    }
    if (this.#pattern.charAt(this.#at + 1) !== '?') this.#names.push(undefined)
    this.#copy(1)
  }

  /** The valid name that the group begins with, and where its `>` ends. */
  #groupName(): { readonly text: string; readonly end: number } | undefined {
    const found = this.#match(groupName)
    return found?.[1] === undefined ? undefined : { text: found[1], end: found[0].length }
  }

  #closeGroup(): void {
    this.#copy(1)
    this.#part += this.#size
    this.#size = this.#open.pop() ?? 0
  }

  /** `{n}`, `{n,}` or `{n,m}`; other braces are characters. */
  #readRepeat(): void {
    const found = this.#match(repeat)
    if (found === null) {
      this.#copy(1)
      this.#add(1)
      return
    }
    const [written, least, most = least] = found
    this.#part *= Math.max(1, most === '' ? Number(least) + 1 : Number(most))
    this.#copy(written.length)
  }

  #add(size: number): void {
    this.#size += this.#part
    this.#part = size
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#pattern)
  }

  #copy(length: number): void {
    this.#plain += this.#pattern.slice(this.#at, this.#at + length)
    this.#at += length
  }
}

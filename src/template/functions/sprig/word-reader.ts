import { isBlank } from '../../text/white-space.ts'
import { isUpper } from './letters.ts'

export interface Word {
  readonly type: 'none' | 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other'
  readonly characters: readonly string[]
}

/** Reads a text as xstrings does: in runs of upper case letters, other letters, digits, punctuation and so on. */
export class WordReader {
  word: Word = { type: 'none', characters: [] }
  readonly #characters: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#characters = [...text]
  }

  get hasMore(): boolean {
    return this.#at < this.#characters.length
  }

  next(): void {
    const start = this.#at
    const type = this.#read()
    this.word = { type, characters: this.#characters.slice(start, this.#at) }
  }

  #read(): Word['type'] {
    if (!this.hasMore) return 'none'
    const first = this.#take()
    if (first === undefined) return 'none'
    if (isConnector(first)) return this.#run('connector', first, isConnector)
    if (isPunctuation(first)) return this.#run('punctuation', first, isPunctuation)
    if (isUpper(first)) return this.#upper(first)
    if (isLetter(first)) return this.#run('letters', first, isSmall)
    if (isNumber(first)) return this.#run('number', first, isNumber)
    return this.#run('other', first, isOther)
  }

  /** Upper case letters but the last one before a small one, or one and the small ones behind it. */
  #upper(first: string): 'upper' {
    const second = this.#peek(first)
    if (second === undefined || !isLetter(second.character)) return 'upper'
    if (!isUpper(second.character)) return this.#run('upper', first, isSmall)
    let last = this.#at
    let before = first
    for (;;) {
      const next = this.#peek(before)
      if (next !== undefined && isUpper(next.character)) {
        last = this.#at
        this.#at = next.end
        before = next.character
        continue
      }
      if (next !== undefined && isLetter(next.character)) this.#at = last
      return 'upper'
    }
  }

  #run<Type extends Word['type']>(type: Type, first: string, belongs: (character: string) => boolean): Type {
    let before = first
    for (let next = this.#peek(before); next !== undefined && belongs(next.character); ) {
      this.#at = next.end
      before = next.character
      next = this.#peek(before)
    }
    return type
  }

  #take(): string | undefined {
    const next = this.#peek(undefined)
    this.#at = next?.end ?? this.#characters.length
    return next?.character
  }

  /** The next character that is valid, and where it ends; where none is, the one before counts again. */
  #peek(before: string | undefined): { readonly character: string; readonly end: number } | undefined {
    if (!this.hasMore) return undefined
    for (let at = this.#at; at < this.#characters.length; at += 1) {
      const character = this.#characters[at] ?? ''
      if (character.isWellFormed() && character !== '\ufffd') return { character, end: at + 1 }
    }
    return before === undefined ? undefined : { character: before, end: this.#characters.length }
  }
}

export function isConnector(character: string): boolean {
  return character === '-' || character === '_' || isBlank(character)
}

function isPunctuation(character: string): boolean {
  return /\p{P}/u.test(character)
}

function isNumber(character: string): boolean {
  return /\p{N}/u.test(character)
}

/** Letters but those of Chinese, which have no case and no spaces. */
function isLetter(character: string): boolean {
  return /\p{L}/u.test(character) && !/[\u4e00-\u9fcc\u3400-\u4d85\u{20000}-\u{2b81d}]/u.test(character)
}

function isSmall(character: string): boolean {
  return isLetter(character) && !isUpper(character)
}

function isOther(character: string): boolean {
  return !isConnector(character) && !isLetter(character) && !isNumber(character) && !isPunctuation(character)
}

import { RenderError } from '../core/errors.ts'
import { byteLength } from './text/go-string.ts'

/** What parsing a template, and what one execution of it, may take; `templates.limits` of the configuration. */
export interface Limits {
  /** Tokens, rounds of loops, calls of functions, and their work in like portions. */
  readonly maxSteps: number
  /** Of the output, and of every text on its way there. */
  readonly maxOutputBytes: number
  /** Blocks, templates, parentheses, and lists and maps within one another. */
  readonly maxDepth: number
  /** Of a regular expression: about the instructions that it compiles to. */
  readonly maxPattern: number
}

/** The schema of the configuration has the same. */
export const defaultLimits: Limits = {
  maxSteps: 1_000_000,
  maxOutputBytes: 4 * 1024 * 1024,
  maxDepth: 500,
  maxPattern: 100_000,
}

/** A template that has passed one of its limits. */
export class LimitError extends RenderError {}

/** Portions of work that count as one step, so that a step takes about as long wherever it is taken. */
const bytesReadPerStep = 16
const charactersPerStep = 2
const bytesPerStep = 32
const stepsPerElement = 8
const copiesPerStep = 4

/** In a pattern that is not valid its library may look for an end again and again, so that its length has a bound too. */
const instructionsPerCharacter = 5

/**
 * Counts what one execution takes. What makes a text or a list that its arguments do not already hold asks before it does.
 * All throw LimitError, without a position, when the limit is passed.
 */
export class Budget {
  readonly limits: Limits
  #steps = 0
  #depth = 0

  constructor(limits: Limits) {
    this.limits = limits
  }

  takeSteps(count: number): void {
    this.#steps += count
    const { maxSteps } = this.limits
    // Not a number, which a count may become that is too large for one, is too much as well.
    if (!(this.#steps <= maxSteps)) {
      throw new LimitError(`it takes more than ${maxSteps} steps`, { hint: boundOf('steps') })
    }
  }

  /** For a call of a function, which reads the texts that it is given. */
  takeCall(args: readonly unknown[]): void {
    this.takeSteps(1)
    for (const argument of args) if (typeof argument === 'string') this.takeRead(argument.length)
  }

  /** For so many characters that are read. */
  takeRead(count: number): void {
    this.takeSteps(count / bytesReadPerStep)
  }

  /** For so many characters that are looked at one by one. */
  takeCharacters(count: number): void {
    this.takeSteps(count / charactersPerStep)
  }

  /** For texts that are put in order, each of which may begin like the others. */
  takeOrder(texts: Iterable<unknown>): void {
    let count = 0
    let length = 0
    for (const text of texts) {
      count += 1
      length += typeof text === 'string' ? text.length : 0
    }
    const rounds = Math.ceil(Math.log2(count + 1))
    this.takeCopies(count * rounds)
    this.takeRead(length * rounds)
  }

  /** For a text of so many bytes. */
  takeBytes(count: number): void {
    this.checkBytes(count)
    this.takeSteps(Math.ceil(count / bytesPerStep))
  }

  takeText(text: string): void {
    const { length } = text
    // Counting the bytes is for those that are near the limit.
    this.takeBytes(length * 3 > this.limits.maxOutputBytes ? byteLength(text) : length)
  }

  checkBytes(count: number): void {
    const { maxOutputBytes } = this.limits
    if (count <= maxOutputBytes) return
    throw new LimitError(`the text is larger than ${sizeText(maxOutputBytes)}`, { hint: boundOf('output') })
  }

  /** The texts in one, once it is known not to be too large. */
  join(texts: readonly string[], separator: string): string {
    let length = 0
    for (const text of texts) length += text.length + separator.length
    this.checkBytes(length - separator.length)
    return texts.join(separator)
  }

  /** For so many new elements of lists or maps. */
  takeElements(count: number): void {
    this.takeSteps(count * stepsPerElement)
  }

  /** For a list or map of so many elements that exist already. */
  takeCopies(count: number): void {
    this.takeSteps(count / copiesPerStep)
  }

  /** What goes on within is one deeper than what stands around. After an error the depth means nothing any more. */
  deeper<Result>(run: () => Result): Result {
    this.enter()
    const result = run()
    this.leave()
    return result
  }

  enter(): void {
    this.#depth += 1
    this.checkDepth(0)
  }

  leave(): void {
    this.#depth -= 1
  }

  /** For a regular expression of so many characters, which compiles to about so many instructions. */
  checkPattern({ length, size = 0 }: { length: number; size?: number }): void {
    const { maxPattern } = this.limits
    const hint = boundOf('pattern')
    const longest = maxPattern / instructionsPerCharacter
    if (length > longest) {
      throw new LimitError(`the regular expression is longer than ${longest} characters`, { hint })
    }
    if (size > maxPattern) {
      throw new LimitError(`the regular expression is larger than ${maxPattern} instructions`, { hint })
    }
  }

  /** For what goes so much deeper. */
  checkDepth(levels: number): void {
    const { maxDepth } = this.limits
    if (this.#depth + levels <= maxDepth) return
    throw new LimitError(`it is nested more than ${maxDepth} deep`, {
      hint: `does a template call itself without end, or a list or map hold itself? ${boundOf('depth')}`,
    })
  }
}

/** `1 MiB`; in bytes where it is not whole. */
function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024
  return Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`
}

function boundOf(key: 'steps' | 'output' | 'depth' | 'pattern'): string {
  return `the bound is templates: { limits: { ${key}: ... } } in the configuration`
}

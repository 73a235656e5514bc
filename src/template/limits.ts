import { RenderError } from '../core/errors.ts'
import { byteLength } from './go-string.ts'

/** What one execution of a template may take. */
export interface Limits {
  /** Rounds of loops, calls of functions, and their work in like portions. */
  readonly maxSteps: number
  /** Of the output, and of every text on its way there. */
  readonly maxOutputBytes: number
  /** Bodies and templates within one another; a recursion without end gets this far. */
  readonly maxDepth: number
}

export const defaultLimits: Limits = {
  maxSteps: 10_000_000,
  maxOutputBytes: 16 * 1024 * 1024,
  maxDepth: 1_000,
}

/** An execution that has passed one of its limits. */
export class LimitError extends RenderError {}

/** Portions of work that count as one step, so that a step takes about as long wherever it is taken. */
const bytesReadPerStep = 16
const bytesPerStep = 32
const stepsPerElement = 8
const copiesPerStep = 4

/**
 * Counts what one execution takes. What makes a text or a list that its arguments do not already hold asks before it does.
 * All throw LimitError, without a position, when the limit is passed.
 */
export class Budget {
  readonly limits: Limits
  #steps = 0

  constructor(limits: Limits) {
    this.limits = limits
  }

  takeSteps(count: number): void {
    this.#steps += count
    const { maxSteps } = this.limits
    // Not a number, which a count may become that is too large for one, is too much as well.
    if (!(this.#steps <= maxSteps)) throw new LimitError(`it takes more than ${maxSteps} steps`)
  }

  /** For a call of a function, which reads the texts that it is given. */
  takeCall(args: readonly unknown[]): void {
    let length = 0
    for (const argument of args) if (typeof argument === 'string') length += argument.length
    this.takeSteps(1 + length / bytesReadPerStep)
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
    if (!(count <= maxOutputBytes)) throw new LimitError(`the text is larger than ${sizeOf(maxOutputBytes)}`)
  }

  /** For so many new elements of lists or maps. */
  takeElements(count: number): void {
    this.takeSteps(count * stepsPerElement)
  }

  /** For a list or map of so many elements that exist already. */
  takeCopies(count: number): void {
    this.takeSteps(count / copiesPerStep)
  }
}

function sizeOf(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024
  return Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`
}

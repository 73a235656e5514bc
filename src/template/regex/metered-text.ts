import type { Budget } from '../limits.ts'

/** Reads of a character by one instruction of the pattern's program that count as one step. */
const readsPerStep = 16
const stepsAtOnce = 256
/** Characters that a search for a constant passes in the time of one read. */
const searchedPerRead = 64

/**
 * A text that takes from the budget as it is read. A search is linear in text and pattern, but many of them over a long text
 * need not be.
 */
export class MeteredText extends String {
  readonly #text: string
  readonly #budget: Budget
  readonly #readsPerCharacter: number
  #reads = 0

  /** @param programSize of the pattern that is searched for; all its instructions may look at each character */
  constructor(text: string, budget: Budget, programSize: number) {
    super(text)
    this.#text = text
    this.#budget = budget
    this.#readsPerCharacter = 1 + programSize / 4
  }

  override charCodeAt(index: number): number {
    this.#reads += this.#readsPerCharacter
    if (this.#reads >= readsPerStep * stepsAtOnce) this.#settle()
    return this.#text.charCodeAt(index)
  }

  override indexOf(search: string, from = 0): number {
    const found = this.#text.indexOf(search, from)
    this.#reads += 1 + ((found < 0 ? this.#text.length : found) - from) / searchedPerRead
    this.#settle()
    return found
  }

  #settle(): void {
    const steps = Math.floor(this.#reads / readsPerStep)
    this.#reads -= steps * readsPerStep
    this.#budget.takeSteps(steps)
  }
}

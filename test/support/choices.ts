/** Numbers that are turned into decisions one after the other; when they are used up, every decision is the simplest. */
export class Choices {
  readonly #numbers: readonly number[]
  #next = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  get isOver(): boolean {
    return this.#next >= this.#numbers.length
  }

  /** From 0 up to, but not including, the limit. */
  below(limit: number): number {
    const number = this.#numbers[this.#next] ?? 0
    this.#next += 1
    return number % Math.max(1, limit)
  }

  /** True once in so many times, never when all is used up. */
  once(inTimes: number): boolean {
    return this.below(inTimes) === inTimes - 1
  }

  /** The first one when all is used up. */
  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0]
  }

  /** One of a list, undefined where it is empty. */
  among<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)]
  }
}

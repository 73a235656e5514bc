import type { Value } from './values.ts'

interface Variable {
  readonly name: string
  value: Value
}

/** The variables of the template that is being executed, in the order of their declaration. */
export class Variables {
  #list: Variable[] = []

  /** How many there are; `release` forgets those declared since. */
  get mark(): number {
    return this.#list.length
  }

  release(mark: number): void {
    this.#list.length = mark
  }

  /** Begins a template, which sees no variable but `$`, its argument. Answers what `leave` brings back. */
  enter(argument: Value): Variable[] {
    const list = this.#list
    this.#list = [{ name: '$', value: argument }]
    return list
  }

  leave(list: Variable[]): void {
    this.#list = list
  }

  declare(name: string, value: Value): void {
    this.#list.push({ name, value })
  }

  /** The one of this name that was declared last. */
  find(name: string): Variable | undefined {
    return this.#list.findLast(variable => variable.name === name)
  }

  /** Sets the variable that was declared as the last but `back`. */
  setRecent(back: number, value: Value): void {
    const variable = this.#list.at(-1 - back)
    if (variable !== undefined) variable.value = value
  }
}

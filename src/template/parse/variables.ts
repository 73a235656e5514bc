import type { Value } from '../values/values.ts'

interface Variable {
  readonly name: string
  value: Value
  /** The one of the same name that was declared before. */
  readonly hides: Variable | undefined
}

/** The variables of one template: all in the order of their declaration, and by name the last of each. */
interface Scope {
  readonly list: Variable[]
  readonly last: Map<string, Variable>
}

/** The variables of the template that is being executed, or parsed, when they have no values. */
export class Variables {
  #scope: Scope = { list: [], last: new Map() }

  /** How many there are; `release` forgets those declared since. */
  get mark(): number {
    return this.#scope.list.length
  }

  release(mark: number): void {
    const { list, last } = this.#scope
    for (const { name, hides } of list.splice(mark).reverse()) {
      if (hides === undefined) last.delete(name)
      else last.set(name, hides)
    }
  }

  /** Begins a template, which sees no variable but `$`, its argument. Answers what `leave` brings back. */
  enter(argument: Value): Scope {
    const scope = this.#scope
    this.#scope = { list: [], last: new Map() }
    this.declare('$', argument)
    return scope
  }

  leave(scope: Scope): void {
    this.#scope = scope
  }

  declare(name: string, value: Value): void {
    const { list, last } = this.#scope
    const variable = { name, value, hides: last.get(name) }
    list.push(variable)
    last.set(name, variable)
  }

  /** The one of this name that was declared last. */
  find(name: string): Variable | undefined {
    return this.#scope.last.get(name)
  }

  names(): string[] {
    return [...this.#scope.last.keys()]
  }

  /** Sets the variable that was declared as the last but `back`. */
  setRecent(back: number, value: Value): void {
    const variable = this.#scope.list.at(-1 - back)
    if (variable !== undefined) variable.value = value
  }
}

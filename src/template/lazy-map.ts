import type { Value } from './values.ts'

/** A map whose values are looked up when they are first read. */
export class LazyMap {
  readonly #keys: Set<string>
  readonly #read: (key: string) => Value
  readonly #known = new Map<string, Value>()

  constructor(keys: Iterable<string>, read: (key: string) => Value) {
    this.#keys = new Set(keys)
    this.#read = read
  }

  get size(): number {
    return this.#keys.size
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  keys(): Iterable<string> {
    return this.#keys
  }

  get(key: string): Value {
    if (this.#known.has(key)) return this.#known.get(key)
    const value = this.has(key) ? this.#read(key) : undefined
    if (value !== undefined) this.#known.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#keys.add(key)
    this.#known.set(key, value)
  }

  delete(key: string): void {
    this.#keys.delete(key)
    this.#known.delete(key)
  }
}

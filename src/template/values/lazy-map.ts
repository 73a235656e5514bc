import type { Value } from './values.ts'

interface Keys {
  readonly size: number
  has(key: string): boolean
  keys(): Iterable<string>
}

/** A map whose values are looked up when they are first read. Its keys are shared until it is changed. */
export class LazyMap {
  #keys: Keys
  #own: Set<string> | undefined
  readonly #read: (key: string) => Value
  readonly #known = new Map<string, Value>()

  constructor(keys: Keys, read: (key: string) => Value) {
    this.#keys = keys
    this.#read = read
  }

  get size(): number {
    return this.#keys.size
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  keys(): Iterable<string> {
    return this.#keys.keys()
  }

  get(key: string): Value {
    if (this.#known.has(key)) return this.#known.get(key)
    const value = this.has(key) ? this.#read(key) : undefined
    if (value !== undefined) this.#known.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#ownKeys().add(key)
    this.#known.set(key, value)
  }

  delete(key: string): void {
    this.#ownKeys().delete(key)
    this.#known.delete(key)
  }

  #ownKeys(): Set<string> {
    this.#own ??= new Set(this.#keys.keys())
    this.#keys = this.#own
    return this.#own
  }
}

import type { Cursor } from './cursor.ts'

/** Where a key without `?` may begin; a `:` after it tells. */
interface SimpleKey {
  isPossible: boolean
  /** Whether nothing but a key can stand there. */
  readonly isRequired: boolean
  /** The number of its first token. */
  readonly token: number
  readonly line: number
  readonly index: number
  readonly column: number
}

const longestKey = 1024
const noKey: SimpleKey = { isPossible: false, isRequired: false, token: 0, line: 0, index: 0, column: 0 }

/** The simple keys that are possible: at most one in each open bracket, and one in the block around them. */
export class SimpleKeys {
  readonly #cursor: Cursor
  readonly #keys: SimpleKey[] = [noKey]
  readonly #byToken = new Map<number, SimpleKey>()

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  get inFlow(): boolean {
    return this.#keys.length > 1
  }

  /** Whether the token may turn out to begin a key. */
  mayBegin(token: number): boolean {
    const key = this.#byToken.get(token)
    return key !== undefined && this.#isValid(key)
  }

  save(token: number, isRequired: boolean): void {
    const { line, index, column } = this.#cursor
    this.remove()
    const key = { isPossible: true, isRequired, token, line, index, column }
    this.#keys[this.#keys.length - 1] = key
    this.#byToken.set(token, key)
  }

  remove(): void {
    const key = this.#keys.at(-1)
    if (key?.isPossible !== true) return
    if (key.isRequired) this.#cursor.fail("could not find expected ':'")
    this.#forget(key)
  }

  /** The key that ends here, if there is one. */
  take(): SimpleKey | undefined {
    const key = this.#keys.at(-1)
    if (key === undefined || !this.#isValid(key)) return undefined
    this.#forget(key)
    return key
  }

  open(token: number): void {
    this.#keys.push({ ...noKey, token })
  }

  close(): void {
    const inner = this.inFlow ? this.#keys.pop() : undefined
    // A slip of the original: it often forgets by this that the brackets themselves may be a key.
    if (inner !== undefined) this.#byToken.delete(inner.token)
  }

  #forget(key: SimpleKey): void {
    key.isPossible = false
    this.#byToken.delete(key.token)
  }

  /** A key is in one line, and not too long. */
  #isValid(key: SimpleKey): boolean {
    if (!key.isPossible) return false
    const { line, index } = this.#cursor
    if (key.line >= line && key.index + longestKey >= index) return true
    if (key.isRequired) this.#cursor.fail("could not find expected ':'")
    key.isPossible = false
    return false
  }
}

import type { ReadSecret } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import type { Secret } from '../core/secret.ts'
import { KnownKeys } from './known-keys.ts'
import { Budget, defaultLimits } from './limits.ts'
import type { RegularExpression } from './regex/regular-expression.ts'
import type { StructPointer, Value } from './values.ts'

/** One execution of a template: what it has asked for, and what of that is not there yet. */
export class Pass {
  /** The provider that `secret` and `secrets` ask; undefined where none is configured. */
  readonly secretProvider: string | undefined
  /** Keys what stands for the parameters of a write. */
  readonly writeKey: Uint8Array
  /** Set where data of the dot has not arrived: the output is lost anyway, and going on finds what else is missing. */
  tolerant = false
  /** What `scratch` answers, once it was called. */
  scratch: StructPointer | undefined
  /** Executes another template of the same text; set while one is executed. */
  executeTemplate: ((name: string, dot: Value) => string) | undefined
  readonly budget = new Budget(defaultLimits)
  /** Regular expressions that have been compiled, by their patterns. */
  readonly patterns = new Map<string, RegularExpression>()
  readonly knownKeys = new KnownKeys()
  readonly #read: ReadSecret
  readonly #used = new Map<string, Reference>()
  readonly #missing = new Map<string, Reference>()

  constructor(
    read: ReadSecret,
    { secretProvider, writeKey }: { secretProvider: string | undefined; writeKey: Uint8Array },
  ) {
    this.#read = read
    this.secretProvider = secretProvider
    this.writeKey = writeKey
  }

  /** The secret, null where an optional one does not exist, undefined where it has not arrived. */
  read(reference: Reference): Secret | null | undefined {
    const secret = this.#read(reference)
    // What is written may have been made from what is missing. A write has effects, so only the right one may be asked for.
    if (secret === undefined && reference.write !== undefined && this.#missing.size > 0) return undefined
    const record = secret === undefined ? this.#missing : this.#used
    record.set(secretKey(reference), reference)
    return secret
  }

  get used(): readonly Reference[] {
    return [...this.#used.values()]
  }

  get missing(): readonly Reference[] {
    return [...this.#missing.values()]
  }
}

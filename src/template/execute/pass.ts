import { RenderError } from '../../core/errors.ts'
import type { DeclaredFile, ReadSecret } from '../../core/output.ts'
import { type Reference, secretKey } from '../../core/reference.ts'
import type { Secret } from '../../core/secret.ts'
import { Budget, type Limits } from '../limits.ts'
import { nothingOutside, type Outside } from '../outside.ts'
import type { RegularExpression } from '../regex/regular-expression.ts'
import { bytesOfString, joined } from '../text/go-string.ts'
import type { StructPointer, Value } from '../values/values.ts'
import { KnownKeys } from './known-keys.ts'

export interface PassOptions {
  readonly secretProvider: string | undefined
  readonly writeKey: Uint8Array
  /** Default: nothing. */
  readonly outside?: Outside | undefined
  readonly limits: Limits
}

type Access = Pick<DeclaredFile, 'mode' | 'owner' | 'group'>

interface Declaration {
  readonly access: Access
  /** As go-string.ts describes it. */
  readonly text: string
}

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
  readonly budget: Budget
  /** Regular expressions that have been compiled, by their patterns. */
  readonly patterns = new Map<string, RegularExpression>()
  readonly knownKeys = new KnownKeys()
  readonly outside: Outside
  /** What `secret` has answered, for the same secret is the same value each time. */
  readonly responses = new Map<Secret, StructPointer>()
  readonly #read: ReadSecret
  readonly #used = new Map<string, Reference>()
  readonly #missing = new Map<string, Reference>()
  readonly #declared = new Map<string, Declaration>()
  #declaredLength = 0

  constructor(read: ReadSecret, { secretProvider, writeKey, outside = nothingOutside, limits }: PassOptions) {
    this.budget = new Budget(limits)
    this.#read = read
    this.outside = outside
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

  /**
   * Declares a further file, or, with `append`, adds to one that is declared already. The latest access counts.
   * @throws RenderError where its path cannot be one beside those that are declared; LimitError
   */
  declare(path: string, access: Access, { text, append }: { text: string; append: boolean }): void {
    this.budget.takeCopies(this.#declared.size)
    for (const other of this.#declared.keys()) {
      if (!other.startsWith(`${path}/`) && !path.startsWith(`${other}/`)) continue
      throw new RenderError('one file that is declared would lie in another')
    }
    const before = this.#declared.get(path)?.text ?? ''
    const whole = joined(append ? before + text : text)
    this.budget.takeText(whole)
    this.#declaredLength += whole.length - before.length
    this.budget.checkBytes(this.#declaredLength)
    this.#declared.set(path, { access, text: whole })
  }

  get declared(): readonly DeclaredFile[] {
    return [...this.#declared].map(([path, { access, text }]) => ({
      path,
      ...access,
      content: text.isWellFormed() ? text : bytesOfString(text),
    }))
  }

  get used(): readonly Reference[] {
    return [...this.#used.values()]
  }

  get missing(): readonly Reference[] {
    return [...this.#missing.values()]
  }
}

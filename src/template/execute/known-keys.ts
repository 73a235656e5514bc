import { didYouMean, listed } from '../../core/suggest.ts'
import { isPlainMap, StructPointer, type Value } from '../values/values.ts'

/**
 * The keys that an error may name: those of the configuration and of secrets as they came. What a function made is not
 * among them, for its keys may be values.
 */
export class KnownKeys {
  readonly #names = new WeakMap<object, () => readonly string[]>()

  add(map: Value, names: () => readonly string[]): void {
    if (isPlainMap(map)) this.#names.set(map, names)
  }

  /** Those of a map, and of the maps in it down to so many levels, as they are now. */
  addAll(map: Value, levels: number): void {
    if (!isPlainMap(map) || levels === 0) return
    const names = [...map.keys()]
    this.add(map, () => names)
    for (const name of names) this.addAll(map.get(name), levels - 1)
  }

  /** What may be meant by a name that is not there, and what is. */
  hintFor(name: string, receiver: Value): string {
    const names = this.#of(receiver)
    const absence = `where it may be absent, write: index (what holds it) "${name}"`
    if (names === undefined) return absence
    const existing = names.length === 0 ? 'there are none' : `there are ${listed(names)}`
    const meant = didYouMean(name, names)
    if (meant !== undefined) return `${meant} ${existing}`
    return receiver instanceof StructPointer ? existing : `${existing}; ${absence}`
  }

  #of(receiver: Value): readonly string[] | undefined {
    if (receiver instanceof StructPointer) {
      return [...(receiver.fields?.keys() ?? []), ...receiver.methods.keys()]
    }
    return typeof receiver === 'object' && receiver !== null ? this.#names.get(receiver)?.() : undefined
  }
}

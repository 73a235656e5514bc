import { RenderError } from '../../core/errors.ts'
import type { Budget } from '../limits.ts'
import type { FunctionGroup } from '../template-function.ts'
import { sortedKeys } from '../values/sorted-keys.ts'
import {
  isMap,
  isPlainMap,
  isTrue,
  type MapValue,
  type PlainMap,
  TypedMap,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { writableMap } from '../values/writable-map.ts'

/** consul-template's functions that build maps. */
export const mapFunctions: FunctionGroup = {
  /** `{{ (explodeMap .flat).a.b }}`: the key `a/b` becomes a map under `a` that has a `b`. */
  explodeMap: {
    parameters: ['map[string]interface {}'],
    call: ([flat]: readonly [PlainMap | null], { budget }) => {
      const exploded = new Map<string, Value>()
      budget.takeOrder(flat?.keys() ?? [])
      for (const key of sortedKeys(flat ?? exploded))
        explode(exploded, key, { value: flat?.get(key), budget })
      return exploded
    },
  },
  /** `{{ mergeMap .own .defaults }}` puts into the first what it lacks or has empty, also in maps within. */
  mergeMap: {
    parameters: ['map[string]interface {}', 'map[string]interface {}'],
    variadic: 'func(*mergo.Config)',
    call: ([target, source]: readonly [PlainMap | null, PlainMap | null], { budget }) =>
      mergeInto(target, source, { overrides: false, budget }),
  },
  /** `{{ mergeMapWithOverride .defaults .own }}` puts all of the second into the first, also in maps within. */
  mergeMapWithOverride: {
    parameters: ['map[string]interface {}', 'map[string]interface {}'],
    call: ([target, source]: readonly [PlainMap | null, PlainMap | null], { budget }) =>
      mergeInto(target, source, { overrides: true, budget }),
  },
}

function explode(
  root: Map<string, Value>,
  key: string,
  { value, budget }: { readonly value: Value; readonly budget: Budget },
): void {
  const path = key.split('/')
  budget.takeElements(path.length)
  const last = path.pop()
  let map = root
  for (const name of path) {
    if (!map.has(name)) map.set(name, new Map())
    const next = map.get(name)
    if (!(next instanceof Map))
      throw new RenderError('a key is both a value and the beginning of another key')
    map = next
  }
  if (last) map.set(last, value)
}

export interface Merging {
  readonly overrides: boolean
  readonly budget: Budget
}

/**
 * Go's mergo.Merge: changes the target, and answers it; a new map where it is nil.
 * @throws RenderError for maps of different types
 */
export function mergeInto(target: PlainMap | null, source: PlainMap | null, merging: Merging): Value {
  if (source === null) return target ?? new TypedMap({ key: 'string', value: 'interface {}' }, undefined)
  const merged = target ?? new Map<string, Value>()
  merge(merged, source, merging)
  return merged
}

/** As mergo does: changes the target, and hands on the maps and lists of the source themselves. */
function merge(target: MapValue, source: MapValue, merging: Merging): void {
  const { overrides, budget } = merging
  if (typeName(target) !== typeName(source)) throw new RenderError('maps of different types cannot be merged')
  budget.takeElements(source.size)
  for (const key of source.keys()) {
    const added = valueAt(source, key)
    const existing = valueAt(target, key)
    if (added === null || added === undefined) {
      if (overrides) put(target, key, null)
    } else if (isMap(added) && isMap(existing)) {
      budget.deeper(() => merge(existing, added, merging))
      if (!isTrue(existing)) put(target, key, added)
    } else if (overrides || !isTrue(existing)) put(target, key, added)
  }
}

function put(map: MapValue, key: Value, value: Value): void {
  if (isPlainMap(map) && typeof key === 'string') writableMap(map).set(key, value)
  else if (map instanceof TypedMap) map.set(key, value)
}

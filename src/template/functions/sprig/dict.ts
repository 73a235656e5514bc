import { RenderError } from '../../../core/errors.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { sortedKeys } from '../../values/sorted-keys.ts'
import { isPlainMap, List, type PlainMap, TypedMap, typeName, type Value } from '../../values/values.ts'
import { writableMap } from '../../values/writable-map.ts'
import { mergeInto } from '../maps.ts'
import { strval } from './strval.ts'

type Dict = PlainMap | null

const dict = 'map[string]interface {}'

/** sprig's dict.go. `set`, `unset` and the merging ones change their first argument. */
export const sprigDictFunctions: FunctionGroup = {
  sprig_dict: {
    parameters: [],
    variadic: 'any',
    call: (args, pass) => {
      const entries = new Map<string, Value>()
      for (let index = 0; index < args.length; index += 2) {
        entries.set(strval(args[index], pass), index + 1 < args.length ? args[index + 1] : '')
      }
      return entries
    },
  },
  sprig_dig: {
    parameters: [],
    variadic: 'any',
    call: args => dig(args),
  },
  sprig_get: {
    parameters: [dict, 'string'],
    call: ([map, key]: readonly [Dict, string]) => (map?.has(key) ? map.get(key) : ''),
  },
  sprig_hasKey: {
    parameters: [dict, 'string'],
    call: ([map, key]: readonly [Dict, string]) => map?.has(key) ?? false,
  },
  sprig_keys: {
    parameters: [],
    variadic: dict,
    call: (maps: readonly Dict[], { budget }) => {
      for (const map of maps) budget.takeOrder(map?.keys() ?? [])
      const keys = maps.flatMap(map => (map === null ? [] : sortedKeys(map)))
      return new List('[]string', keys)
    },
  },
  sprig_merge: merging(false),
  sprig_mergeOverwrite: merging(true),
  sprig_mustMerge: merging(false),
  sprig_mustMergeOverwrite: merging(true),
  sprig_omit: choosing((key, named) => !named.has(key)),
  sprig_pick: choosing((key, named) => named.has(key)),
  sprig_pluck: {
    parameters: ['string'],
    variadic: dict,
    call: ([key, ...maps]: readonly [string, ...Dict[]]) =>
      maps.flatMap(map => (map?.has(key) ? [map.get(key)] : [])),
  },
  sprig_set: {
    parameters: [dict, 'string', 'any'],
    call: ([map, key, value]: readonly [Dict, string, Value], { budget }) => {
      if (map === null) throw new RenderError('a nil map cannot be set')
      budget.takeElements(1)
      writableMap(map).set(key, value)
      return map
    },
  },
  sprig_unset: {
    parameters: [dict, 'string'],
    call: ([map, key]: readonly [Dict, string]) => {
      if (map === null) return nilMap()
      writableMap(map).delete(key)
      return map
    },
  },
  sprig_values: {
    parameters: [dict],
    call: ([map]: readonly [Dict], { budget }) => {
      budget.takeOrder(map?.keys() ?? [])
      return map === null ? [] : sortedKeys(map).map(key => map.get(key))
    },
  },
}

function merging(overrides: boolean): TemplateFunction {
  return {
    parameters: [dict],
    variadic: dict,
    call: ([target, ...sources]: readonly [Dict, ...Dict[]], { budget }) =>
      sources.reduce(
        (merged: Value, source) =>
          mergeInto(isPlainMap(merged) ? merged : null, source, { overrides, budget }),
        target,
      ),
  }
}

function choosing(isChosen: (key: string, named: ReadonlySet<string>) => boolean): TemplateFunction {
  return {
    parameters: [dict],
    variadic: 'string',
    call: ([map, ...names]: readonly [Dict, ...string[]], { budget }) => {
      const named = new Set(names)
      budget.takeCopies(map?.size ?? 0)
      const keys = [...(map?.keys() ?? [])].filter(key => isChosen(key, named))
      return new Map(keys.map(key => [key, map?.get(key)]))
    },
  }
}

function nilMap(): TypedMap {
  return new TypedMap({ key: 'string', value: 'interface {}' }, undefined)
}

/** Keys, what stands for a missing one, and the map. */
function dig(args: readonly Value[]): Value {
  if (args.length < 3) throw new RenderError(`it takes at least 3 arguments, not ${args.length}`)
  const keys = args.slice(0, -2).map(key => {
    if (typeof key === 'string') return key
    throw new RenderError(`a key is a string, not ${typeName(key)}`)
  })
  let value = args.at(-1)
  for (const key of keys) {
    if (!isPlainMap(value)) throw new RenderError(`a key of ${typeName(value)} is asked for`)
    if (!value.has(key)) return args.at(-2)
    value = value.get(key)
  }
  return value
}

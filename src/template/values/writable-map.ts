import { LazyMap } from './lazy-map.ts'
import type { PlainMap, Value } from './values.ts'

/** The map itself, for the functions that change their argument. */
export function writableMap(map: PlainMap): Map<string, Value> | LazyMap {
  if (map instanceof LazyMap || map instanceof Map) return map
  throw new TypeError('a map is a Map')
}

import { compareStrings } from '../text/go-string.ts'
import { integerOf, type MapValue, TypedMap, textOf, typeName, type Value } from './values.ts'

/** In the order in which Go prints and ranges over them: by bytes. */
export function sortedKeys(map: { keys(): Iterable<string> }): readonly string[] {
  return [...map.keys()].sort(compareStrings)
}

/** Where types are mixed Go's order hangs on addresses in the binary; this is the one of consul-template 0.42.1. */
const typeOrder = ['<nil>', 'string', 'uint64', 'int', 'float64', 'bool']

/** The keys of a map of any type in Go's order. */
export function mapKeys(map: MapValue): readonly Value[] {
  return map instanceof TypedMap ? [...map.keys()].sort(compareKeys) : sortedKeys(map)
}

function compareKeys(a: Value, b: Value): number {
  const byType = typeOrder.indexOf(typeName(a)) - typeOrder.indexOf(typeName(b))
  if (byType !== 0) return byType
  const [left, right] = [textOf(a), textOf(b)]
  if (left !== undefined && right !== undefined) return compareStrings(left, right)
  return compareNumbers(numberOf(a), numberOf(b))
}

function compareNumbers(left: bigint | number, right: bigint | number): number {
  // As in Go, NaN comes first.
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left))
  return left < right ? -1 : Number(left > right)
}

function numberOf(key: Value): bigint | number {
  return integerOf(key) ?? Number(key)
}

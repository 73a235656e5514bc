import type { Budget } from '../../limits.ts'
import { Complex } from '../../values/complex.ts'
import {
  integerOf,
  isMap,
  isNil,
  itemsOf,
  type MapValue,
  Opaque,
  StructPointer,
  textOf,
  typeName,
  type Value,
  valueAt,
} from '../../values/values.ts'

/** Comparisons of what is no object that count as one step. */
const comparisonsPerStep = 16

/** Go's reflect.DeepEqual: the same type and the same values, lists and maps by their elements. */
export function deepEqual(a: Value, b: Value, budget: Budget): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') {
    budget.takeSteps(1 / comparisonsPerStep)
    // Texts of one length are compared to their ends.
    if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) budget.takeRead(a.length)
    return a === b
  }
  budget.takeSteps(1)
  if (isAbsent(a) || isAbsent(b)) return isAbsent(a) && isAbsent(b)
  if (typeName(a) !== typeName(b) || isNil(a) !== isNil(b)) return false
  if (isMap(a)) return isMap(b) && (a === b || budget.deeper(() => equalMaps(a, b, budget)))
  const [items, others] = [itemsOf(a), itemsOf(b)]
  if (items !== undefined) {
    return items === others || budget.deeper(() => equalLists(items, others ?? [], budget))
  }
  if (a instanceof StructPointer && b instanceof StructPointer) {
    return a === b || budget.deeper(() => equalStructs(a, b, budget))
  }
  if (a instanceof Opaque && b instanceof Opaque) return a.identity === b.identity
  if (a instanceof Complex && b instanceof Complex) return a.real === b.real && a.imaginary === b.imaginary
  return (integerOf(a) ?? textOf(a) ?? a) === (integerOf(b) ?? textOf(b) ?? b)
}

function isAbsent(value: Value): boolean {
  return value === undefined || value === null
}

function equalLists(items: readonly Value[], others: readonly Value[], budget: Budget): boolean {
  return (
    items.length === others.length && items.every((item, index) => deepEqual(item, others[index], budget))
  )
}

function equalMaps(a: MapValue, b: MapValue, budget: Budget): boolean {
  if (a.size !== b.size) return false
  budget.takeCopies(a.size)
  const keys: Iterable<Value> = a.keys()
  return [...keys].every(key => {
    return hasKey(b, key) && deepEqual(valueAt(a, key), valueAt(b, key), budget)
  })
}

function hasKey(map: MapValue, key: Value): boolean {
  return 'takesText' in map ? map.has(key) : typeof key === 'string' && map.has(key)
}

function equalStructs(a: StructPointer, b: StructPointer, budget: Budget): boolean {
  return [...(a.fields ?? [])].every(([name, value]) => deepEqual(value, b.fields?.get(name), budget))
}

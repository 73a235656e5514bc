import type { Budget } from '../../limits.ts'
import { isMap, isPlainMap, itemsOf, List, TypedMap, type Value } from '../../values/values.ts'

/** Lists and maps copied, and those within. */
export function deepCopy(value: Value, budget: Budget): Value {
  return isMap(value) || itemsOf(value) !== undefined ? budget.deeper(() => copied(value, budget)) : value
}

function copied(value: Value, budget: Budget): Value {
  if (value instanceof TypedMap) {
    if (value.isNil) return value
    budget.takeElements(value.size)
    const entries = [...value.keys()].map(key => [key, deepCopy(value.get(key), budget)] as const)
    return new TypedMap({ key: value.keyType, value: value.valueType }, entries)
  }
  if (isPlainMap(value)) {
    budget.takeElements(value.size)
    return new Map([...value.keys()].map(key => [key, deepCopy(value.get(key), budget)]))
  }
  const items = itemsOf(value)
  if (items === undefined || (value instanceof List && value.isNil)) return value
  budget.takeElements(items.length)
  const copies = items.map(item => deepCopy(item, budget))
  return value instanceof List ? new List(value.type, copies) : copies
}

import { Budget, defaultLimits } from '../limits.ts'
import type { Value } from '../values/values.ts'
import { isPlainMap } from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'
import { type Fields, jsonFields } from './fields.ts'

/**
 * A format that looks at the fields before it writes them, for it may make much of little: indentation stands before each
 * line of what lies deep, and in TOML the whole path before a table.
 */
export function bounded(write: (fields: Fields) => string, maxBytes: number): (fields: Fields) => string {
  return fields => {
    const budget = new Budget({
      ...defaultLimits,
      maxSteps: Number.POSITIVE_INFINITY,
      maxOutputBytes: maxBytes,
    })
    const values = jsonFields(fields)
    checkWritable([values], budget, { indentBytes: 2 })
    budget.checkBytes(pathBytes(values, 0))
    return write(fields)
  }
}

/** Of the paths of all maps, the names in a path being all that leads there. */
function pathBytes(value: Value, length: number): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + pathBytes(item, length), 0)
  if (!isPlainMap(value)) return 0
  let sum = length
  for (const name of value.keys()) sum += pathBytes(value.get(name), length + name.length + 1)
  return sum
}

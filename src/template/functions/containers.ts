import { RenderError } from '../../core/errors.ts'
import { JsonNumber } from '../../core/json.ts'
import type { FunctionGroup } from '../template-function.ts'
import { byteLength, bytesOfString, stringFromBytes } from '../text/go-string.ts'
import { Channel } from '../values/channel.ts'
import {
  Integer,
  integerOf,
  isMap,
  itemsOf,
  List,
  type MapValue,
  TypedMap,
  textOf,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'

/** Go's `index`, `slice` and `len`. Strings are bytes to them. */
export const containerFunctions: FunctionGroup = {
  index: {
    parameters: ['any'],
    variadic: 'any',
    call: ([container, ...keys]) => {
      if (container === null) throw new RenderError('nil has no elements')
      return keys.reduce(elementAt, container)
    },
  },
  slice: {
    parameters: ['any'],
    variadic: 'any',
    call: ([container, ...bounds], { budget }) => {
      budget.takeCopies(itemsOf(container ?? null)?.length ?? 0)
      return slice(container, bounds)
    },
  },
  len: { parameters: ['any'], call: ([value]) => lengthOf(value) },
}

function elementAt(container: Value, key: Value): Value {
  if (container === undefined || container === null) throw new RenderError('nil has no elements')
  if (isMap(container)) return entryAt(container, key)
  const items = itemsOf(container)
  if (items !== undefined) return items[indexBelow(key, items.length)]
  const text = textOf(container)
  if (text === undefined) throw new RenderError(`${typeName(container)} has no elements`)
  const bytes = bytesOfString(text)
  return new Integer('uint8', BigInt(bytes[indexBelow(key, bytes.length)] ?? 0))
}

/** A missing key gives the zero value. */
function entryAt(map: MapValue, key: Value): Value {
  const { keyType, zero } = map instanceof TypedMap ? map : { keyType: 'string', zero: null }
  if (keyType === 'interface {}') return valueAt(map, key) ?? zero
  const fitting = keyType === 'int' ? integerOf(key) : typeof key === 'string' ? key : undefined
  if (fitting === undefined) throw new RenderError(`a key of this map is ${keyType}, not ${typeName(key)}`)
  return valueAt(map, typeof fitting === 'bigint' ? BigInt.asIntN(64, fitting) : fitting) ?? zero
}

function slice(container: Value, bounds: readonly Value[]): Value {
  const items = itemsOf(container)
  const text = textOf(container)
  if (items === undefined && text === undefined)
    throw new RenderError(`${typeName(container)} cannot be sliced`)
  const bytes = bytesOfString(text ?? '')
  if (bounds.length > (items === undefined ? 2 : 3)) throw new RenderError('too many bounds')
  const length = items?.length ?? bytes.length
  const [from = 0, to = length, capacity = length] = bounds.map(bound => indexBelow(bound, length + 1))
  if (from > to || to > capacity) throw new RenderError('the bounds are not in order')
  if (items === undefined) {
    const part = stringFromBytes(bytes.subarray(from, to))
    return container instanceof JsonNumber ? new JsonNumber(part) : part
  }
  const part = items.slice(from, to)
  return container instanceof List ? new List(container.type, part) : part
}

function lengthOf(value: Value): bigint {
  const text = textOf(value)
  if (text !== undefined) return BigInt(byteLength(text))
  // Go's channel holds nothing that could be counted.
  if (value instanceof Channel) return 0n
  const length = isMap(value) ? value.size : itemsOf(value)?.length
  if (length === undefined) throw new RenderError(`${typeName(value)} has no length`)
  return BigInt(length)
}

function indexBelow(value: Value, end: number): number {
  const index = integerOf(value)
  if (index === undefined) throw new RenderError(`an index is an integer, not ${typeName(value)}`)
  if (index < 0n || index >= BigInt(end)) throw new RenderError('the index is out of range')
  return Number(index)
}

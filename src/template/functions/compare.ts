import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import { compareStrings } from '../text/go-string.ts'
import { Channel } from '../values/channel.ts'
import { Complex } from '../values/complex.ts'
import {
  integerOf,
  isMap,
  isNil,
  itemsOf,
  Opaque,
  StructPointer,
  textOf,
  typeName,
  type Value,
} from '../values/values.ts'

/** Go's comparisons. Integers compare whatever their type, else only equal kinds do; order is of integers, floats and strings. */
export const compareFunctions: FunctionGroup = {
  eq: {
    parameters: ['any'],
    variadic: 'any',
    call: ([first, ...others]) => {
      if (others.length === 0) throw new RenderError('there is nothing to compare with')
      return others.some(other => equal(first, other))
    },
  },
  ne: { parameters: ['any', 'any'], call: ([a, b]) => !equal(a, b) },
  lt: { parameters: ['any', 'any'], call: ([a, b]) => less(a, b) },
  le: { parameters: ['any', 'any'], call: ([a, b]) => less(a, b) || equal(a, b) },
  gt: { parameters: ['any', 'any'], call: ([a, b]) => !(less(a, b) || equal(a, b)) },
  ge: { parameters: ['any', 'any'], call: ([a, b]) => !less(a, b) },
}

function equal(a: Value, b: Value): boolean {
  const [left, right] = [comparable(a), comparable(b)]
  if (left !== undefined && right !== undefined && typeof left === typeof right) return left === right
  if (a instanceof Complex && b instanceof Complex) return a.real === b.real && a.imaginary === b.imaginary
  if (isAbsent(a) || isAbsent(b)) return isNil(a) && isNil(b)
  const kind = kindOf(a)
  if (kind === undefined || kind !== kindOf(b)) throw incompatible(a, b)
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b)
  if (kind === 'reference') return a === b
  if (a instanceof Opaque && b instanceof Opaque) return a.identity === b.identity
  throw new RenderError(`values of type ${typeName(a)} cannot be compared`)
}

function less(a: Value, b: Value): boolean {
  const [left, right] = [comparable(a), comparable(b)]
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right
  if (typeof left === 'number' && typeof right === 'number') return left < right
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right) < 0
  if (left === undefined || right === undefined || typeof left === typeof right) {
    throw new RenderError(`values of types ${typeName(a)} and ${typeName(b)} have no order`)
  }
  throw incompatible(a, b)
}

/** The JS value to compare, whose type stands for Go's kind; undefined for kinds that have no such value. */
function comparable(value: Value): boolean | bigint | number | string | undefined {
  const simple = integerOf(value) ?? textOf(value)
  return typeof value === 'boolean' || typeof value === 'number' ? value : simple
}

/** The kinds that have no such value. */
function kindOf(value: Value): 'list' | 'map' | 'reference' | 'struct' | undefined {
  if (itemsOf(value) !== undefined) return 'list'
  if (isMap(value)) return 'map'
  if (value instanceof Opaque) return value.type.startsWith('*') ? 'reference' : 'struct'
  return value instanceof StructPointer || value instanceof Channel ? 'reference' : undefined
}

function isAbsent(value: Value): boolean {
  return value === undefined || value === null
}

function incompatible(a: Value, b: Value): RenderError {
  return new RenderError(`values of types ${typeName(a)} and ${typeName(b)} cannot be compared`)
}

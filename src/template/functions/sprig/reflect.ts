import type { FunctionGroup } from '../../template-function.ts'
import { Channel } from '../../values/channel.ts'
import { Complex } from '../../values/complex.ts'
import { Integer, isMap, itemsOf, StructPointer, textOf, typeName, type Value } from '../../values/values.ts'
import { deepEqual } from './deep-equal.ts'

/** sprig's reflect.go. */
export const sprigReflectFunctions: FunctionGroup = {
  sprig_deepEqual: {
    parameters: ['any', 'any'],
    call: ([a, b], { budget }) => deepEqual(a, b, budget),
  },
  sprig_kindIs: {
    parameters: ['string', 'any'],
    call: ([kind, value]: readonly [string, Value]) => kindOf(value) === kind,
  },
  sprig_kindOf: { parameters: ['any'], call: ([value]) => kindOf(value) },
  sprig_typeIs: {
    parameters: ['string', 'any'],
    call: ([type, value]: readonly [string, Value]) => typeName(value) === type,
  },
  sprig_typeIsLike: {
    parameters: ['string', 'any'],
    call: ([type, value]: readonly [string, Value]) => [type, `*${type}`].includes(typeName(value)),
  },
  sprig_typeOf: { parameters: ['any'], call: ([value]) => typeName(value) },
}

/** Go's name of the value's kind. */
function kindOf(value: Value): string {
  if (value === undefined || value === null) return 'invalid'
  if (textOf(value) !== undefined) return 'string'
  if (isMap(value)) return 'map'
  if (itemsOf(value) !== undefined) return 'slice'
  if (value instanceof StructPointer) return 'ptr'
  if (value instanceof Channel) return 'chan'
  const type = typeName(value)
  if (value instanceof Integer || value instanceof Complex || typeof value !== 'object') return type
  return type.startsWith('*') ? 'ptr' : 'struct'
}

import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup, TemplateFunction } from '../template-function.ts'
import { Integer, typeName, type Value } from '../values/values.ts'

/** A number as Go's reflection sees it. */
type Operand =
  | { readonly kind: 'int' | 'uint'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }

interface Operation {
  readonly integers: (a: bigint, b: bigint) => bigint
  readonly floats?: (a: number, b: number) => number
}

/**
 * consul-template's arithmetic. The first argument comes second, so that it can be piped: `10 | subtract 3` is 7. Integers
 * wrap at 64 bits: unsigned ones stay unsigned among themselves, and with a float all is a float.
 */
export const mathFunctions: FunctionGroup = {
  /** `{{ add 1 2 }}` is `3`. */
  add: arithmetic({ integers: (a, b) => a + b, floats: (a, b) => a + b }),
  /** `{{ 10 | subtract 3 }}` is `7`. */
  subtract: arithmetic({ integers: (a, b) => a - b, floats: (a, b) => a - b }),
  /** `{{ multiply 2 3 }}` is `6`. */
  multiply: arithmetic({ integers: (a, b) => a * b, floats: (a, b) => a * b }),
  /** `{{ 10 | divide 4 }}` is `2`, `{{ 10 | divide 4.0 }}` is `2.5`. */
  divide: arithmetic({ integers: (a, b) => a / nonZero(b), floats: (a, b) => a / b }),
  /** `{{ 10 | modulo 3 }}` is `1`. */
  modulo: arithmetic({ integers: (a, b) => a % nonZero(b) }),
  /** `{{ minimum 3 2 }}` is `2`. */
  minimum: choice((a, b) => a < b),
  /** `{{ maximum 3 2 }}` is `3`. */
  maximum: choice((a, b) => a > b),
}

function arithmetic({ integers, floats }: Operation): TemplateFunction {
  return {
    parameters: ['any', 'any'],
    call: args => {
      const [a, b] = operands(args)
      if (a.kind === 'float' || b.kind === 'float') {
        if (floats === undefined) throw new RenderError('it works on integers alone')
        return floats(Number(a.value), Number(b.value))
      }
      if (a.kind === 'uint' && b.kind === 'uint')
        return new Integer('uint64', BigInt.asUintN(64, integers(a.value, b.value)))
      const result = integers(BigInt.asIntN(64, a.value), BigInt.asIntN(64, b.value))
      return new Integer('int64', BigInt.asIntN(64, result))
    },
  }
}

/** The first where it is preferred, else the second, each in the widest type of its kind. */
function choice(prefers: (a: bigint | number, b: bigint | number) => boolean): TemplateFunction {
  return {
    parameters: ['any', 'any'],
    call: args => {
      const [a, b] = operands(args)
      if (a.kind === 'float' || b.kind === 'float')
        return widest(prefers(Number(a.value), Number(b.value)) ? a : b)
      const isMixed = a.kind !== b.kind
      const comparable = ({ value }: { value: bigint }) => (isMixed ? BigInt.asIntN(64, value) : value)
      return widest(prefers(comparable(a), comparable(b)) ? a : b)
    },
  }
}

function operands([b, a]: readonly Value[]): readonly [a: Operand, b: Operand] {
  return [operandOf(a), operandOf(b)]
}

function operandOf(value: Value): Operand {
  if (typeof value === 'number') return { kind: 'float', value }
  if (typeof value === 'bigint') return { kind: 'int', value }
  if (value instanceof Integer)
    return { kind: value.type.startsWith('u') ? 'uint' : 'int', value: value.value }
  throw new RenderError(`${typeName(value)} is no number to calculate with`, {
    hint: 'parseInt and parseFloat make a number of a text, print makes a text of a number of the data',
  })
}

function widest(operand: Operand): Value {
  if (operand.kind === 'float') return operand.value
  return new Integer(operand.kind === 'uint' ? 'uint64' : 'int64', operand.value)
}

function nonZero(divisor: bigint): bigint {
  if (divisor === 0n) throw new RenderError('division by zero')
  return divisor
}

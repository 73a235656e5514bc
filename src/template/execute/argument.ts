import type { NumberLiteral } from '../parse/literal.ts'
import type { Operand } from '../parse/nodes.ts'
import type { TemplateFunction } from '../template-function.ts'
import { Integer, TypedMap, typeName, type Value } from '../values/values.ts'
import type { ParameterType } from './parameter-type.ts'

/** A value that may stand for a parameter, or what is wrong with it. */
export type Argument = { readonly value: Value } | { readonly problem: string }

/** Whether and how a value stands for a parameter: as it is or not at all, for nothing is converted. */
export function argumentOf(value: Value, type: ParameterType): Argument {
  if (value === undefined) {
    return canBeNil(type) ? { value: null } : { problem: `no value where ${type} is expected` }
  }
  // A nil map of the right type arrives like the literal nil.
  if (value instanceof TypedMap && value.isNil && typeName(value) === type) return { value: null }
  if (type === 'any' || typeName(value) === type) return { value }
  return { problem: `wrong type: ${type} is expected, not ${typeName(value)}` }
}

/** A literal takes the parameter's type where its syntax allows it. */
export function literalArgument(node: Operand, type: ParameterType): Argument {
  if (node.kind === 'nil') {
    return canBeNil(type) ? { value: null } : { problem: `nil where ${type} is expected` }
  }
  if (type === 'any') return literalValue(node)
  if (node.kind === 'bool' && type === 'bool') return { value: node.value }
  if (node.kind === 'string' && type === 'string') return { value: node.value }
  if (node.kind === 'number') {
    const value = numberFor(node.literal, type)
    if (value !== undefined) return { value }
  }
  return { problem: `${type} is expected, not the literal ${describe(node)}` }
}

/** A literal where any type will do: its syntax decides. */
export function literalValue(node: Operand): Argument {
  if (node.kind === 'bool' || node.kind === 'string') return { value: node.value }
  if (node.kind !== 'number') return { problem: 'not a literal' }
  const { complex, float, int } = node.literal
  if (complex !== undefined) return { value: complex }
  const isWhole = node.source.startsWith("'") || /^0[xX][^pP]+$/.test(node.source)
  if (float !== undefined && !isWhole && /[.eEpP]/.test(node.source)) return { value: float }
  return int === undefined ? { problem: `${node.source} overflows int` } : { value: int }
}

function numberFor({ int, uint, float }: NumberLiteral, type: ParameterType): Value {
  if (type === 'int') return int
  if (type === 'float64') return float
  // As in Go, what does not fit is cut off.
  return type === 'uint32' && uint !== undefined ? new Integer(type, BigInt.asUintN(32, uint)) : undefined
}

/** What is wrong with so many arguments, if anything is. */
export function countProblem({ parameters, variadic }: TemplateFunction, count: number): string | undefined {
  const fixed = parameters.length
  if (variadic !== undefined ? count >= fixed : count === fixed) return undefined
  const wanted = variadic === undefined ? `${fixed}` : `at least ${fixed}`
  return `takes ${wanted} ${fixed === 1 ? 'argument' : 'arguments'}, not ${count}`
}

function canBeNil(type: ParameterType): boolean {
  return type === 'any' || /^(?:\[\]|map\[|\*)/.test(type)
}

function describe(node: Operand): string {
  return node.kind === 'number' ? node.source : `of type ${node.kind}`
}

import { RenderError } from '../../../core/errors.ts'
import type { Budget } from '../../limits.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import type { Value } from '../../values/values.ts'
import { decimalInt64, int64, toFloat64, toInt64 } from './cast.ts'
import { add, type Decimal, decimalOf, divide, multiply, subtract, toNumber } from './decimal.ts'
import { powerOfTen } from './power-of-ten.ts'
import { strval } from './strval.ts'

/** sprig's numeric.go. Arguments of any type become int64 or float64, what is no number zero; integers wrap. */
export const sprigNumericFunctions: FunctionGroup = {
  sprig_add: {
    parameters: [],
    variadic: 'any',
    call: args => int64(args.reduce((sum: bigint, value) => sum + toInt64(value), 0n)),
  },
  sprig_add1: { parameters: ['any'], call: ([value]) => int64(toInt64(value) + 1n) },
  sprig_add1f: {
    parameters: ['any'],
    call: ([value]) => toNumber(add(decimalOf(toFloat64(value)), decimalOf(1))),
  },
  sprig_addf: {
    parameters: [],
    variadic: 'any',
    call: (args, { budget }) => calculate([0, ...args], add, budget),
  },
  sprig_atoi: { parameters: ['string'], call: ([text]: readonly [string]) => decimalInt64(text) },
  sprig_biggest: largest((value, best) => value > best),
  sprig_ceil: { parameters: ['any'], call: ([value]) => Math.ceil(toFloat64(value)) },
  sprig_div: integers((a, b) => a / nonZero(b)),
  sprig_divf: calculating(divide),
  sprig_float64: { parameters: ['any'], call: ([value]) => toFloat64(value) },
  sprig_floor: { parameters: ['any'], call: ([value]) => Math.floor(toFloat64(value)) },
  sprig_int: { parameters: ['any'], call: ([value]) => toInt64(value) },
  sprig_int64: { parameters: ['any'], call: ([value]) => int64(toInt64(value)) },
  sprig_max: largest((value, best) => value > best),
  sprig_maxf: floats((first, others) => [first, ...others].map(toFloat64).reduce(maximum)),
  sprig_min: largest((value, best) => value < best),
  sprig_minf: floats((first, others) => -[first, ...others].map(value => -toFloat64(value)).reduce(maximum)),
  sprig_mod: integers((a, b) => a % nonZero(b)),
  sprig_mul: {
    parameters: ['any'],
    variadic: 'any',
    call: args =>
      int64(args.reduce((product: bigint, value) => BigInt.asIntN(64, product * toInt64(value)), 1n)),
  },
  sprig_mulf: calculating(multiply),
  sprig_randInt: {
    parameters: ['int', 'int'],
    call: ([least, end]: readonly [bigint, bigint]) => {
      if (end - least !== 1n) throw new RenderError('the number would be another one at each rendering')
      return least
    },
  },
  sprig_round: {
    parameters: ['any', 'int'],
    variadic: 'float64',
    call: ([value, places, from]: readonly [Value, bigint, number?]) =>
      round(toFloat64(value), Number(places), from),
  },
  sprig_sub: integers((a, b) => a - b),
  sprig_subf: calculating(subtract),
  sprig_toDecimal: { parameters: ['any'], call: ([value], pass) => int64(octal(strval(value, pass))) },
}

function integers(calculateWith: (a: bigint, b: bigint) => bigint): TemplateFunction {
  return { parameters: ['any', 'any'], call: ([a, b]) => int64(calculateWith(toInt64(a), toInt64(b))) }
}

function floats(calculateWith: (first: Value, others: readonly Value[]) => number): TemplateFunction {
  return { parameters: ['any'], variadic: 'any', call: ([first, ...others]) => calculateWith(first, others) }
}

function largest(isBetter: (value: bigint, best: bigint) => boolean): TemplateFunction {
  return {
    parameters: ['any'],
    variadic: 'any',
    call: args => int64(args.map(toInt64).reduce((best, value) => (isBetter(value, best) ? value : best))),
  }
}

type Operation = (a: Decimal, b: Decimal) => Decimal

function calculating(operate: Operation): TemplateFunction {
  return {
    parameters: ['any'],
    variadic: 'any',
    call: (args, { budget }) => calculate(args, operate, budget),
  }
}

/** With decimal digits, so that 0.1 and 0.2 are 0.3. They become ever more. */
function calculate(values: readonly Value[], operate: Operation, budget: Budget): number {
  budget.takeSteps(values.length ** 2 / 64)
  return toNumber(values.map(value => decimalOf(toFloat64(value))).reduce(operate))
}

/** Go's math.Max, to which an infinity is larger than no number. */
function maximum(a: number, b: number): number {
  return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(a, b)
}

function round(value: number, places: number, from = 0.5): number {
  const power = powerOfTen(places)
  const digit = power * value
  // The fraction is negative below zero, so that it is cut off there.
  const fraction = Number.isFinite(digit) ? digit - Math.trunc(digit) : Number.NaN
  return (fraction >= from ? Math.ceil(digit) : Math.floor(digit)) / power
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new RenderError('division by zero')
  return value
}

/** Unix permissions, such as 644; zero for what is none. */
function octal(text: string): bigint {
  if (!/^[+-]?[0-7]{1,30}$/.test(text)) return 0n
  const magnitude = BigInt(`0o${text.replace(/^[+-]/, '')}`)
  const value = text.startsWith('-') ? -magnitude : magnitude
  return BigInt.asIntN(64, value) === value ? value : 0n
}

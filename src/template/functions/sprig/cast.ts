import { JsonNumber } from '../../../core/json.ts'
import { longestNumber, parseFloatLiteral, parseInteger } from '../../parse/literal.ts'
import { Integer, type Value } from '../../values/values.ts'
import { NamedNumber } from './named-number.ts'

const minInt64 = -(2n ** 63n)
const limitInt64 = 2n ** 63n

/** spf13/cast's ToInt64: zero for what is no number. */
export function toInt64(value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof Integer) return BigInt.asIntN(64, value.value)
  if (typeof value === 'number') return truncated(value)
  if (value instanceof NamedNumber) return value.number
  if (typeof value === 'string') return integerOfText(value)
  if (value instanceof JsonNumber) return integerOfText(value.text)
  return value === true ? 1n : 0n
}

/** spf13/cast's ToFloat64: zero for what is no number. */
export function toFloat64(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof NamedNumber) return Number(value.number)
  if (value instanceof Integer) return Number(value.value)
  if (typeof value === 'string') return floatOfText(value)
  if (value instanceof JsonNumber) return floatOfText(value.text)
  return value === true ? 1 : 0
}

/** Go's strconv.ParseInt with its error ignored: zero for no number, the nearest for one that is too large. */
export function decimalInt64(text: string): bigint {
  const [, sign, all] = /^([+-]?)(\d+)$/.exec(text) ?? []
  if (all === undefined) return 0n
  const digits = all.replace(/^0+/, '')
  const magnitude = digits.length > 20 ? limitInt64 : BigInt(digits)
  if (sign === '-') return -magnitude < minInt64 ? minInt64 : -magnitude
  return magnitude < limitInt64 ? magnitude : limitInt64 - 1n
}

/** An int64 of Go, which wraps. */
export function int64(value: bigint): Integer {
  return new Integer('int64', BigInt.asIntN(64, value))
}

/** As the processor does it: what does not fit is the smallest integer. */
function truncated(value: number): bigint {
  if (!Number.isFinite(value)) return minInt64
  const whole = BigInt(Math.trunc(value))
  return whole >= minInt64 && whole < limitInt64 ? whole : minInt64
}

/** Base prefixes count, and a leading zero means octal; a fraction of zeros does not matter. */
function integerOfText(text: string): bigint {
  const value = parseInteger(text.replace(/\.0+$/, '')) ?? 0n
  return value >= minInt64 && value < limitInt64 ? value : 0n
}

function floatOfText(text: string): number {
  if (text.length > longestNumber) return 0
  const [, sign] = /^([+-]?)inf(?:inity)?$/i.exec(text) ?? []
  if (sign !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^nan$/i.test(text) ? Number.NaN : (parseFloatLiteral(text) ?? 0)
}

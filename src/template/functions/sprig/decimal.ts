import { RenderError } from '../../../core/errors.ts'

/** value * 10^exponent, exactly. */
export interface Decimal {
  readonly value: bigint
  readonly exponent: number
}

/** Decimals that a division is rounded to. */
const divisionPrecision = 16

/** shopspring/decimal's NewFromFloat: the shortest digits that read back equal. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new RenderError('an infinite number or none cannot be calculated with')
  const [mantissa = '', exponent] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { value: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}

export function toNumber({ value, exponent }: Decimal): number {
  return Number(`${value}e${exponent}`)
}

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent)
  return { value: scaled(a, exponent) + scaled(b, exponent), exponent }
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { value: -b.value, exponent: b.exponent })
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { value: a.value * b.value, exponent: a.exponent + b.exponent }
}

/** Rounded to 16 decimals, half away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.value === 0n) throw new RenderError('division by zero')
  const shift = a.exponent - b.exponent + divisionPrecision
  const numerator = shift >= 0 ? a.value * 10n ** BigInt(shift) : a.value
  const denominator = shift >= 0 ? b.value : b.value * 10n ** BigInt(-shift)
  const quotient = numerator / denominator
  const rest = numerator % denominator
  const isNegative = numerator < 0n !== denominator < 0n
  const up = 2n * magnitude(rest) >= magnitude(denominator) ? (isNegative ? -1n : 1n) : 0n
  return { value: quotient + up, exponent: -divisionPrecision }
}

function scaled({ value, exponent }: Decimal, to: number): bigint {
  return value * 10n ** BigInt(exponent - to)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

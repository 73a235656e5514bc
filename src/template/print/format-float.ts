/** 0.DIGITS times ten to the power of `point`; zero has no digits. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

export type FloatVerb = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X'

/**
 * A float64 as Go's strconv.FormatFloat writes it. Precision -1 is the fewest digits that read back equal; any other one
 * rounds the exact value half to even.
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const magnitude = Math.abs(value)
  if (magnitude === Number.POSITIVE_INFINITY) return `${sign || '+'}Inf`
  return sign + formatMagnitude(magnitude, verb, precision)
}

function formatMagnitude(value: number, verb: FloatVerb, precision: number): string {
  switch (verb) {
    case 'b':
      return binaryExponent(value)
    case 'x':
      return hexadecimal(value, precision)
    case 'X':
      return hexadecimal(value, precision).toUpperCase()
    case 'e':
    case 'E': {
      const decimal = precision < 0 ? shortest(value) : roundTo(exact(value), precision + 1)
      return scientific(decimal, precision < 0 ? Math.max(decimal.digits.length - 1, 0) : precision, verb)
    }
    case 'f': {
      const all = precision < 0 ? shortest(value) : exact(value)
      const decimal = precision < 0 ? all : roundTo(all, all.point + precision)
      return plain(decimal, precision < 0 ? Math.max(decimal.digits.length - decimal.point, 0) : precision)
    }
    default:
      return general(value, verb, precision)
  }
}

function general(value: number, verb: 'g' | 'G', asked: number): string {
  const isShortest = asked < 0
  const decimal = isShortest ? shortest(value) : roundTo(exact(value), Math.max(asked, 1))
  const count = decimal.digits.length
  const precision = isShortest ? count : Math.max(asked, 1)
  const isWhole = precision > count && count >= decimal.point
  const limit = isShortest ? 6 : isWhole ? count : precision
  const exponent = decimal.point - 1
  if (exponent < -4 || exponent >= limit) {
    return scientific(decimal, Math.min(precision, count) - 1, verb === 'g' ? 'e' : 'E')
  }
  return plain(decimal, Math.max(Math.min(precision, count) - decimal.point, 0))
}

function scientific({ digits, point }: Decimal, precision: number, letter: 'e' | 'E'): string {
  const exponent = digits === '' ? 0 : point - 1
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : ''
  return `${digits.charAt(0) || '0'}${fraction}${letter}${signedExponent(exponent)}`
}

function plain({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (precision <= 0) return whole
  const leading = '0'.repeat(Math.min(Math.max(-point, 0), precision))
  const fraction = leading + digits.slice(Math.max(point, 0), Math.max(point + precision, 0))
  return `${whole}.${fraction.padEnd(precision, '0')}`
}

function signedExponent(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function shortest(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent] = value.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** Every digit of the value, without zeros at the end. */
function exact(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const { mantissa, exponent } = parts(value)
  // m / 2^k is m * 5^k / 10^k.
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)
  const digits = String(scaled)
  return { digits: digits.replace(/0+$/, ''), point: digits.length + Math.min(exponent, 0) }
}

function roundTo({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0) return { digits: '', point: 0 }
  if (count >= digits.length) return { digits, point }
  const kept = digits.slice(0, count)
  const rest = digits.slice(count)
  const isOdd = count > 0 && Number(kept.at(-1)) % 2 === 1
  const up = rest === '5' ? isOdd : rest.charAt(0) >= '5'
  if (!up) {
    const trimmed = kept.replace(/0+$/, '')
    return { digits: trimmed, point: trimmed === '' ? 0 : point }
  }
  const raised = String(BigInt(kept || '0') + 1n)
  return { digits: raised.replace(/0+$/, ''), point: point + raised.length - count }
}

/** value = mantissa * 2^exponent, the mantissa having 53 bits where the value is not subnormal. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  if (biased === 0) return { mantissa: fraction, exponent: -1074 }
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 }
}

function binaryExponent(value: number): string {
  const { mantissa, exponent } = parts(value)
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`
}

function hexadecimal(value: number, precision: number): string {
  let { mantissa, exponent } = parts(value)
  // Normalised to one bit before the point and 60 after it.
  exponent = mantissa === 0n ? 0 : exponent + 60
  while (mantissa !== 0n && mantissa >> 60n === 0n) {
    mantissa <<= 1n
    exponent -= 1
  }
  if (precision >= 0 && precision < 15) {
    const dropped = BigInt(4 * (15 - precision))
    const half = 1n << (dropped - 1n)
    const extra = mantissa & ((1n << dropped) - 1n)
    mantissa >>= dropped
    if (extra > half || (extra === half && (mantissa & 1n) === 1n)) mantissa += 1n
    mantissa <<= dropped
    if (mantissa >> 61n !== 0n) {
      mantissa >>= 1n
      exponent += 1
    }
  }
  const fraction = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0')
  const digits =
    precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0')
  return `0x${mantissa >> 60n}${digits === '' ? '' : '.'}${digits}p${signedExponent(exponent)}`
}

import { bytesOfString } from '../text/go-string.ts'
import type { Complex } from '../values/complex.ts'
import { type FormatFlags, padded, truncated } from './format-flags.ts'
import { type FloatVerb, formatFloat } from './format-float.ts'
import { canBackquote, isPrintable, quoted } from './quote.ts'

/** Each answers undefined for a verb that its kind does not have. */

export function formatBoolean(value: boolean, verb: string, flags: FormatFlags): string | undefined {
  return verb === 't' || verb === 'v' ? padded(String(value), flags) : undefined
}

export function formatString(text: string, verb: string, flags: FormatFlags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? formatQuoted(text, flags) : padded(truncated(text, flags), flags)
    case 's':
      return padded(truncated(text, flags), flags)
    case 'x':
    case 'X':
      return formatBytes(bytesOfString(text), verb, flags)
    case 'q':
      return formatQuoted(text, flags)
    default:
      return undefined
  }
}

export function formatInteger(
  value: bigint,
  verb: string,
  { flags, signed }: { readonly flags: FormatFlags; readonly signed: boolean },
): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV && !signed
        ? integerDigits(value, { radix: 16, verb, flags: { ...flags, sharp: true } })
        : integerDigits(value, { radix: 10, verb, flags })
    case 'd':
      return integerDigits(value, { radix: 10, verb, flags })
    case 'b':
      return integerDigits(value, { radix: 2, verb, flags })
    case 'o':
    case 'O':
      return integerDigits(value, { radix: 8, verb, flags })
    case 'x':
    case 'X':
      return integerDigits(value, { radix: 16, verb, flags })
    case 'c':
      return padded(characterOf(value), flags)
    case 'q':
      return padded(quoted(characterOf(value), { quote: "'", asciiOnly: flags.plus }), flags)
    case 'U':
      return padded(codePointNotation(BigInt.asUintN(64, value), flags), flags, false)
    default:
      return undefined
  }
}

export function formatFloatVerb(value: number, verb: string, flags: FormatFlags): string | undefined {
  switch (verb) {
    case 'v':
      return floatDigits(value, { verb: 'g', precision: -1, flags })
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return floatDigits(value, { verb, precision: -1, flags })
    case 'f':
    case 'e':
    case 'E':
      return floatDigits(value, { verb, precision: 6, flags })
    case 'F':
      return floatDigits(value, { verb: 'f', precision: 6, flags })
    default:
      return undefined
  }
}

export function formatComplex(value: Complex, verb: string, flags: FormatFlags): string | undefined {
  const real = formatFloatVerb(value.real, verb, flags)
  const imaginary = formatFloatVerb(value.imaginary, verb, { ...flags, plus: true })
  return real === undefined ? undefined : `(${real}${imaginary}i)`
}

function formatQuoted(text: string, flags: FormatFlags): string {
  const shown = truncated(text, flags)
  if (flags.sharp && canBackquote(shown)) return padded(`\`${shown}\``, flags)
  return padded(quoted(shown, { quote: '"', asciiOnly: flags.plus }), flags)
}

function formatBytes(bytes: Uint8Array, verb: 'x' | 'X', flags: FormatFlags): string {
  const digits = Buffer.from(bytes.subarray(0, flags.precision)).toString('hex')
  const prefix = flags.sharp && digits !== '' ? '0x' : ''
  const text = prefix + (flags.space ? digits.replace(/..(?=.)/g, `$& ${prefix}`) : digits)
  return padded(verb === 'X' ? text.toUpperCase() : text, flags)
}

function characterOf(value: bigint): string {
  const isCharacter = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn)
  return isCharacter ? String.fromCodePoint(Number(value)) : '\ufffd'
}

function codePointNotation(value: bigint, flags: FormatFlags): string {
  const digits = value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0')
  const character = characterOf(value)
  const isShown = flags.sharp && value <= 0x10ffffn && isPrintable(character)
  return `U+${digits}${isShown ? ` '${character}'` : ''}`
}

interface IntegerFormat {
  readonly radix: 2 | 8 | 10 | 16
  readonly verb: string
  readonly flags: FormatFlags
}

function integerDigits(value: bigint, { radix, verb, flags }: IntegerFormat): string {
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0)
  const isNegative = value < 0n
  const sign = isNegative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  let digits = (isNegative ? -value : value).toString(radix)
  // Zeros that fill the width count as digits, so that sign and prefix come before them.
  const zeros = flags.zero && !flags.minus ? (flags.width ?? 0) - sign.length : 0
  digits = digits.padStart(flags.precision ?? zeros, '0')
  if (flags.sharp) {
    if (radix === 2) digits = `0b${digits}`
    if (radix === 8 && !digits.startsWith('0')) digits = `0${digits}`
    if (radix === 16) digits = `0x${digits}`
  }
  if (verb === 'O') digits = `0o${digits}`
  return padded(sign + (verb === 'X' ? digits.toUpperCase() : digits), flags, false)
}

interface FloatFormat {
  readonly verb: FloatVerb
  readonly precision: number
  readonly flags: FormatFlags
}

function floatDigits(value: number, format: FloatFormat): string {
  const { flags, verb } = format
  const precision = flags.precision ?? format.precision
  const formatted = formatFloat(value, verb, precision)
  const isSigned = formatted.startsWith('-') || formatted.startsWith('+')
  const sign = isSigned ? formatted.charAt(0) : '+'
  const shownSign = sign === '-' || flags.plus ? sign : flags.space ? ' ' : ''
  const magnitude = isSigned ? formatted.slice(1) : formatted
  if (magnitude === 'NaN')
    return padded((flags.plus || flags.space ? shownSign : '') + magnitude, flags, false)
  if (magnitude === 'Inf')
    return padded((isSigned && shownSign === '' ? '+' : shownSign) + magnitude, flags, false)
  const digits = flags.sharp && verb !== 'b' ? withPoint(magnitude, verb, precision) : magnitude
  // Zeros go between sign and digits.
  const width = (flags.width ?? 0) - shownSign.length
  if (flags.zero && !flags.minus) return shownSign + digits.padStart(width, '0')
  return padded(shownSign + digits, flags)
}

/** `%#g` and its kin: always a point, and zeros up to the precision. */
function withPoint(magnitude: string, verb: FloatVerb, precision: number): string {
  const isHex = verb === 'x' || verb === 'X'
  const end = magnitude.search(isHex ? /[pP]/ : /[eE]/)
  const [head, tail] = end < 0 ? [magnitude, ''] : [magnitude.slice(0, end), magnitude.slice(end)]
  const wanted = verb === 'g' || verb === 'G' || verb === 'x' ? (precision === -1 ? 6 : precision) : 0
  const significant = head.replace('.', '').replace(/^0+/, '').length
  const present = significant + (head === '0' ? 1 : 0)
  const point = head.includes('.') ? '' : '.'
  return head + point + '0'.repeat(Math.max(wanted - present, 0)) + tail
}

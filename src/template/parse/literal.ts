import { shortened } from '../../core/shortened.ts'
import { bytesOfString, joined } from '../text/go-string.ts'
import { Complex } from '../values/complex.ts'

/** A number as written; it takes the type of the parameter it is for, so it keeps every type it fits. */
export interface NumberLiteral {
  readonly int: bigint | undefined
  readonly uint: bigint | undefined
  readonly float: number | undefined
  readonly complex: Complex | undefined
}

/** What is longer is no number that anybody writes, and reading it takes long. */
export const longestNumber = 1_000
const maxUint64 = 2n ** 64n - 1n
const maxInt64 = 2n ** 63n - 1n
const minInt64 = -(2n ** 63n)
const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}
const escapePattern = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2}|[abfnrtv\\'"])/y

/**
 * The value of a quoted or raw string with its quotes.
 * @throws SyntaxError
 */
export function unquote(source: string): string {
  const content = source.slice(1, -1)
  if (source.startsWith('`')) return content.replaceAll('\r', '')
  return content.includes('\\') ? joined(withoutEscapes(content, '"')) : content
}

/**
 * @param kind of the token: `number`, `complex` or `character constant`
 * @throws SyntaxError
 */
export function parseNumber(source: string, kind: string): NumberLiteral {
  if (source.length > longestNumber) throw new SyntaxError(`number of more than ${longestNumber} characters`)
  if (kind === 'character constant') return characterConstant(source)
  if (kind === 'complex') return complexNumber(source)
  if (source.endsWith('i')) {
    const imaginary = parseFloatLiteral(source.slice(0, -1))
    if (imaginary !== undefined) return simplified(new Complex(0, imaginary))
  }
  const integer = parseInteger(source)
  if (integer !== undefined) {
    const int = integer >= minInt64 && integer <= maxInt64 ? integer : undefined
    const signed = /^[+-]/.test(source)
    const uint = integer === 0n || (!signed && integer <= maxUint64) ? integer : undefined
    if (int !== undefined || uint !== undefined)
      return { int, uint, float: Number(integer), complex: undefined }
  }
  const float = parseFloatLiteral(source)
  if (float === undefined) throw new SyntaxError(`illegal number syntax: "${shortened(source)}"`)
  if (!/[.eEpP]/.test(source)) throw new SyntaxError(`integer overflow: "${shortened(source)}"`)
  return { ...integersOf(float), float, complex: undefined }
}

function withoutEscapes(content: string, quote: string): string {
  let text = ''
  let at = 0
  while (at < content.length) {
    const backslash = content.indexOf('\\', at)
    if (backslash < 0) return text + content.slice(at)
    escapePattern.lastIndex = backslash
    const found = escapePattern.exec(content)?.[0]
    if (found === undefined) throw new SyntaxError('invalid escape sequence')
    text += content.slice(at, backslash) + meaningOf(found.slice(1), quote)
    at = backslash + found.length
  }
  return text
}

function meaningOf(sequence: string, quote: string): string {
  const simple = simpleEscapes[sequence]
  if (simple !== undefined) return simple
  if (sequence === "'" || sequence === '"') {
    if (sequence !== quote) throw new SyntaxError('invalid escape sequence')
    return sequence
  }
  if (/^[0-3]/.test(sequence)) return byte(Number.parseInt(sequence, 8))
  const code = Number.parseInt(sequence.slice(1), 16)
  if (sequence.startsWith('x')) return byte(code)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new SyntaxError('invalid escape sequence')
  return String.fromCodePoint(code)
}

function byte(code: number): string {
  return String.fromCharCode(code < 0x80 ? code : 0xdc00 + code)
}

function characterConstant(source: string): NumberLiteral {
  const content = source.slice(1, -1)
  const character = content.startsWith('\\') ? withoutEscapes(content, "'") : content
  const [first, ...rest] = character
  // An escaped byte, such as '\xff', is the number itself and no character.
  const [code] =
    content.startsWith('\\') && first !== undefined && !first.isWellFormed() ? bytesOfString(first) : []
  const value = code ?? first?.codePointAt(0)
  if (value === undefined || rest.length > 0)
    throw new SyntaxError(`malformed character constant: ${shortened(source)}`)
  return { int: BigInt(value), uint: BigInt(value), float: value, complex: undefined }
}

function complexNumber(source: string): NumberLiteral {
  const [, first = '', second = ''] = /^(.*?[^eEpP])([+-].*)i$/.exec(source) ?? []
  const real = parseFloatLiteral(first)
  const imaginary = parseFloatLiteral(second)
  if (real === undefined || imaginary === undefined) {
    throw new SyntaxError(`illegal number syntax: "${shortened(source)}"`)
  }
  return simplified(new Complex(real, imaginary))
}

function simplified(complex: Complex): NumberLiteral {
  if (complex.imaginary !== 0) return { int: undefined, uint: undefined, float: undefined, complex }
  return { ...integersOf(complex.real), float: complex.real, complex }
}

function integersOf(float: number): { int: bigint | undefined; uint: bigint | undefined } {
  const whole = Number.isInteger(float) ? BigInt(float) : undefined
  const fits = (lowest: bigint, highest: bigint) =>
    whole !== undefined && whole >= lowest && whole <= highest ? whole : undefined
  return { int: fits(minInt64, maxInt64), uint: fits(0n, maxUint64) }
}

/** Go's integer syntax with base prefixes; a bare leading zero means octal. Undefined also where it is very long. */
export function parseInteger(source: string): bigint | undefined {
  if (source.length > longestNumber) return undefined
  if (/^[1-9]\d*$/.test(source)) return BigInt(source)
  const match =
    /^([+-]?)(0[xX]_?[\da-fA-F]+(?:_[\da-fA-F]+)*|0[oO]?_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*|0|[1-9]\d*(?:_\d+)*)$/.exec(
      source,
    )
  if (match === null) return undefined
  const digits = (match[2] ?? '').replaceAll('_', '')
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return match[1] === '-' ? -magnitude : magnitude
}

/** Decimal or hexadecimal; undefined where it is malformed, too large for a float64, or very long. */
export function parseFloatLiteral(source: string): number | undefined {
  if (source.length > longestNumber) return undefined
  if (/__|^[+-]?_|_$|_[.eEpP+-]|[.eEpP+-]_/.test(source)) return undefined
  const plain = source.replaceAll('_', '')
  const hex = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)$/.exec(plain)
  const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain)
  const value = hex === null ? (decimal ? Number(plain) : Number.NaN) : hexFloat(hex)
  return Number.isFinite(value) ? value : undefined
}

function hexFloat([, sign, whole = '', fraction = '', exponent]: RegExpExecArray): number {
  if (whole + fraction === '') return Number.NaN
  const scale = Number(exponent) - 4 * fraction.length
  const half = Math.trunc(scale / 2)
  // In two steps, for the power alone may be too small for a float where the product is not.
  const magnitude = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** half * 2 ** (scale - half)
  return sign === '-' ? -magnitude : magnitude
}

import { longestNumber, parseFloatLiteral } from '../parse/literal.ts'
import { Integer, type Value } from '../values/values.ts'

type Resolved =
  | { readonly tag: 'null'; readonly value: null }
  | { readonly tag: 'bool'; readonly value: boolean }
  | { readonly tag: 'int'; readonly value: Value }
  | { readonly tag: 'float'; readonly value: number }
  /** A date stays the text that it is, but is quoted when it is written. */
  | { readonly tag: 'timestamp' | 'str'; readonly value: string }

const words: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...wordsFor({ tag: 'bool', value: true }, 'y Y yes Yes YES true True TRUE on On ON'),
  ...wordsFor({ tag: 'bool', value: false }, 'n N no No NO false False FALSE off Off OFF'),
  ...wordsFor({ tag: 'null', value: null }, '~ null Null NULL'),
  ['', { tag: 'null', value: null }],
  ...wordsFor({ tag: 'float', value: Number.NaN }, '.nan .NaN .NAN'),
  ...wordsFor({ tag: 'float', value: Number.POSITIVE_INFINITY }, '.inf .Inf .INF +.inf +.Inf +.INF'),
  ...wordsFor({ tag: 'float', value: Number.NEGATIVE_INFINITY }, '-.inf -.Inf -.INF'),
])
const integerPattern = /^[+-]?(?:0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/
const floatPattern = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const timestampPattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[+-](\d{2}):(\d{2})))|(?: +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?$/

/** What an unquoted scalar is to yaml.v2, which reads YAML 1.1: `y` is true, `010` is 8, `1_0` is 10. */
export function resolveScalar(text: string): Resolved {
  const word = words.get(text)
  if (word !== undefined) return word
  if (text.length > longestNumber) return { tag: 'str', value: text }
  if (text.startsWith('.')) return floatOf(text) ?? { tag: 'str', value: text }
  if (!/^[-+\d]/.test(text)) return { tag: 'str', value: text }
  if (isTimestamp(text)) return { tag: 'timestamp', value: text }
  const plain = text.replaceAll('_', '')
  const integer = integerPattern.test(plain) ? fitting(parseInteger(plain), plain) : undefined
  if (integer !== undefined) return { tag: 'int', value: integer }
  const float = floatPattern.test(plain) ? floatOf(plain) : undefined
  return float ?? { tag: 'str', value: text }
}

function wordsFor(resolved: Resolved, list: string): readonly (readonly [string, Resolved])[] {
  return list.split(' ').map(word => [word, resolved] as const)
}

function floatOf(text: string): Resolved | undefined {
  const value = parseFloatLiteral(text)
  return value === undefined ? undefined : { tag: 'float', value }
}

function parseInteger(text: string): bigint {
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text) ?? []
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits)
  return sign === '-' ? -magnitude : magnitude
}

/** An int, or where that is too small a uint64, which has no sign. */
function fitting(value: bigint, text: string): Value {
  if (BigInt.asIntN(64, value) === value) return value
  const isUnsigned = /^\d/.test(text) && BigInt.asUintN(64, value) === value
  return isUnsigned ? new Integer('uint64', value) : undefined
}

/** The four forms that yaml.v2 knows, with values in their ranges. */
function isTimestamp(text: string): boolean {
  const found = timestampPattern.exec(text)
  if (found === null) return false
  const [year = 0, month = 0, day = 0, ...time] = found.slice(1).map(part => Number(part ?? 0))
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0, ...spaced] = time
  const [spacedHour = 0, spacedMinute = 0, spacedSecond = 0] = spaced
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
  const isZone = zoneHour <= 24 && zoneMinute <= 60
  return isDate && isZone && isTime(hour, minute, second) && isTime(spacedHour, spacedMinute, spacedSecond)
}

function isTime(hour: number, minute: number, second: number): boolean {
  return hour < 24 && minute < 60 && second < 60
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

import { integerOf, textOf, type Value } from '../values/values.ts'

/** The kinds that a key may have, as Go numbers them. */
const kindOrder: readonly string[] = ['boolean', 'bigint', 'uint', 'number', 'nil', 'string']

/**
 * The order in which yaml.v2 writes keys: numbers and booleans by value, then texts, letters after all else and digits as
 * numbers, so that a9 comes before a10.
 */
export function compareYamlKeys(a: Value, b: Value): number {
  const [left, right] = [numberOf(a), numberOf(b)]
  if (left !== undefined && right !== undefined && left !== right) return left < right ? -1 : 1
  const byKind = kindOf(a) - kindOf(b)
  if (byKind !== 0) return byKind
  const [leftText, rightText] = [textOf(a), textOf(b)]
  if (leftText !== undefined && rightText !== undefined) return compareTexts([...leftText], [...rightText])
  const [leftInteger = 0n, rightInteger = 0n] = [integerOf(a), integerOf(b)]
  return leftInteger < rightInteger ? -1 : Number(leftInteger > rightInteger)
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length)
  let at = 0
  while (at < shared && a[at] === b[at]) at += 1
  const [left, right] = [a[at], b[at]]
  if (left === undefined || right === undefined) return a.length - b.length
  const letters = Number(isLetter(left)) - Number(isLetter(right))
  if (letters !== 0) return letters
  return (isLetter(left) ? 0 : compareDigits(a, b, at)) || codeOf(left) - codeOf(right)
}

/** The numbers that begin where the texts differ, as an int64 counts them. */
function compareDigits(a: readonly string[], b: readonly string[], at: number): number {
  const first = (a[at] === '0' || b[at] === '0') && followsNumber(a, at) ? 1n : 0n
  const [left, right] = [numberAt(a, at, first), numberAt(b, at, first)]
  if (left.value !== right.value) return left.value < right.value ? -1 : 1
  return left.end - right.end
}

/** Whether digits stand before, of which one is not zero. */
function followsNumber(text: readonly string[], at: number): boolean {
  let index = at - 1
  while (index >= 0 && text[index] === '0') index -= 1
  return isDigit(text[index])
}

function numberAt(text: readonly string[], at: number, first: bigint): { value: bigint; end: number } {
  let value = first
  let end = at
  for (; isDigit(text[end]); end += 1) value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(text[end]) - 48))
  return { value, end }
}

function numberOf(key: Value): number | undefined {
  const integer = integerOf(key)
  if (integer !== undefined) return Number(integer)
  return typeof key === 'number' || typeof key === 'boolean' ? Number(key) : undefined
}

function kindOf(key: Value): number {
  if (key === null || key === undefined) return kindOrder.indexOf('nil')
  if (integerOf(key) !== undefined && typeof key !== 'bigint') return kindOrder.indexOf('uint')
  return kindOrder.indexOf(typeof key)
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character)
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && /\p{Nd}/u.test(character)
}

function codeOf(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0
}

import { RenderError } from '../../../core/errors.ts'

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])
const limit = 2n ** 63n
/** Of a text that is read as a duration. */
const longest = 1_000

/**
 * Go's time.ParseDuration, in nanoseconds: `1h30m`, `-1.5h`.
 * @throws RenderError that does not show the text
 */
export function parseDuration(text: string): bigint {
  if (text.length > longest) throw notDuration()
  const isNegative = text.startsWith('-')
  const magnitude = text.replace(/^[+-]/, '')
  if (magnitude === '0') return 0n
  const partPattern = /([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/y
  let sum = 0n
  for (let at = 0; at < magnitude.length || at === 0; ) {
    partPattern.lastIndex = at
    const [all, whole = '', fraction = '', unit = ''] = partPattern.exec(magnitude) ?? []
    const size = units.get(unit)
    if (all === undefined || (whole === '' && fraction === '') || size === undefined) throw notDuration()
    sum += nanoseconds(whole, fraction, size)
    if (sum > limit) throw notDuration()
    at += all.length
  }
  if (!isNegative && sum === limit) throw notDuration()
  return isNegative ? -sum : sum
}

/** Go's Duration.String: `25h1m1s`, `1.5ms`. */
export function durationText(duration: bigint): string {
  if (duration === 0n) return '0s'
  const sign = duration < 0n ? '-' : ''
  const magnitude = duration < 0n ? -duration : duration
  if (magnitude < 1_000n) return `${sign}${magnitude}ns`
  if (magnitude < 1_000_000n) return `${sign}${withFraction(magnitude, 3)}µs`
  if (magnitude < 1_000_000_000n) return `${sign}${withFraction(magnitude, 6)}ms`
  const hours = magnitude / 3_600_000_000_000n
  const minutes = (magnitude / 60_000_000_000n) % 60n
  const seconds = withFraction(magnitude % 60_000_000_000n, 9)
  const longer = (hours > 0n ? `${hours}h` : '') + (hours > 0n || minutes > 0n ? `${minutes}m` : '')
  return `${sign}${longer}${seconds}s`
}

function nanoseconds(whole: string, fraction: string, unit: bigint): bigint {
  const significant = whole.replace(/^0+/, '')
  if (significant.length > 20) throw notDuration()
  // As in Go, of the fraction only as many digits count as 63 bits hold, and they are calculated in floating point.
  const digits = leadingDigits(fraction)
  const part = Number(BigInt(digits || 0)) * (Number(unit) / 10 ** digits.length)
  return BigInt(significant || 0) * unit + BigInt(Math.trunc(part))
}

function leadingDigits(fraction: string): string {
  let length = Math.min(fraction.length, 19)
  while (length > 0 && BigInt(fraction.slice(0, length)) > limit) length -= 1
  return fraction.slice(0, length)
}

function withFraction(value: bigint, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, '0')
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  return digits.slice(0, -decimals) + (fraction === '' ? '' : `.${fraction}`)
}

function notDuration(): RenderError {
  return new RenderError('the text is no duration')
}

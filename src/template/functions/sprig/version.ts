import { RenderError } from '../../../core/errors.ts'
import type { Pass } from '../../execute/pass.ts'
import { regularExpressionOf } from '../../regex/regular-expression-of.ts'

/** Of Masterminds/semver, which takes versions with fewer than three numbers and with a `v` in front. */
const pattern =
  String.raw`^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?` +
  String.raw`(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?$`

export interface Version {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: string
  readonly metadata: string
  /** As it was written. */
  readonly original: string
}

/** @throws RenderError that does not show the text */
export function parseVersion(text: string, pass: Pass): Version {
  const [match] = regularExpressionOf(pattern, pass).groupsOfAll(text, pass.budget)
  const [, major = '', minor = '', patch = '', , prerelease = '', , , metadata = ''] = match ?? []
  if (match === undefined || !isPrerelease(prerelease)) throw notVersion()
  return {
    major: segment(major),
    minor: segment(minor.slice(1)),
    patch: segment(patch.slice(1)),
    prerelease,
    metadata,
    original: text,
  }
}

export function versionText({
  major,
  minor,
  patch,
  prerelease,
  metadata,
}: Omit<Version, 'original'>): string {
  const suffix = (prerelease === '' ? '' : `-${prerelease}`) + (metadata === '' ? '' : `+${metadata}`)
  return `${major}.${minor}.${patch}${suffix}`
}

/** Dot-separated identifiers, numbers among them without leading zeros. */
export function isPrerelease(text: string): boolean {
  return text.split('.').every(part => /^[0-9A-Za-z-]*$/.test(part) && !/^0[0-9]+$/.test(part))
}

export function isMetadata(text: string): boolean {
  return /^[0-9A-Za-z.-]*$/.test(text)
}

/** Negative, zero or positive; the metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const segment of ['major', 'minor', 'patch'] as const) {
    if (a[segment] !== b[segment]) return a[segment] < b[segment] ? -1 : 1
  }
  if (a.prerelease === b.prerelease) return 0
  if (a.prerelease === '') return 1
  return b.prerelease === '' ? -1 : comparePrereleases(a.prerelease, b.prerelease)
}

export function comparePrereleases(a: string, b: string): number {
  const [parts, others] = [a.split('.'), b.split('.')]
  for (let index = 0; index < Math.max(parts.length, others.length); index += 1) {
    const order = comparePart(parts[index] ?? '', others[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}

/** Numbers come before words, and what is not there before both. */
function comparePart(a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? -1 : 1
  const [number, other] = [uint64(a), uint64(b)]
  if (number === undefined && other === undefined) return a > b ? 1 : -1
  if (number === undefined || other === undefined) return other === undefined ? -1 : 1
  return number > other ? 1 : -1
}

function segment(digits: string): bigint {
  const value = digits === '' ? 0n : uint64(digits)
  if (value === undefined) throw notVersion()
  return value
}

function uint64(text: string): bigint | undefined {
  if (!/^0*[0-9]{1,20}$/.test(text)) return undefined
  const value = BigInt(text)
  return value < 2n ** 64n ? value : undefined
}

function notVersion(): RenderError {
  return new RenderError('the text is no semantic version')
}

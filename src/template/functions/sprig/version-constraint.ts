import { RenderError } from '../../../core/errors.ts'
import type { Pass } from '../../execute/pass.ts'
import { regularExpressionOf } from '../../regex/regular-expression-of.ts'
import { comparePrereleases, compareVersions, parseVersion, type Version } from './version.ts'

// The patterns are those of Masterminds/semver, whose reading they are.
const operators = String.raw`=||!=|>|<|>=|=>|<=|=<|~|~>|\^`
const version =
  String.raw`v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?` +
  String.raw`(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?`
const onePattern = String.raw`^\s*(${operators})\s*(${version})\s*$`
const rangePattern = String.raw`\s*(${version})\s+-\s+(${version})\s*`
const findPattern = String.raw`(${operators})\s*(${version})`
const validPattern = String.raw`^(\s*(${operators})\s*(${version})\s*)((?:\s+|,\s*)(${operators})\s*(${version})\s*)*$`

interface Constraint {
  readonly operator: string
  readonly version: Version
  /** Which of its numbers are left out or an x. */
  readonly open: 'none' | 'major' | 'minor' | 'patch'
}

/**
 * Whether a version is in the range that a constraint describes, such as `>= 1.2, < 3 || ~4.1`. As in Masterminds/semver a
 * prerelease is in none that does not name one.
 * @throws RenderError that does not show the texts
 */
export function satisfies(constraint: string, text: string, pass: Pass): boolean {
  const alternatives = withoutRanges(constraint, pass)
    .split('||')
    .map(alternative => parseAll(alternative, pass))
  const candidate = parseVersion(text, pass)
  return alternatives.some(all => all.every(one => check(candidate, one)))
}

/** `1.2 - 3.4` is `>= 1.2, <= 3.4`. */
function withoutRanges(constraint: string, pass: Pass): string {
  const ranges = regularExpressionOf(rangePattern, pass).groupsOfAll(constraint, pass.budget)
  pass.budget.takeRead(constraint.length * ranges.length)
  return ranges.reduce((text, groups) => {
    const [range = '', from, to] = [groups[0], groups[1], groups[11]]
    return text.replace(range, () => `>= ${from}, <= ${to} `)
  }, constraint)
}

function parseAll(text: string, pass: Pass): Constraint[] {
  if (!regularExpressionOf(validPattern, pass).matches(text, pass.budget)) throw notConstraint()
  const found = regularExpressionOf(findPattern, pass).groupsOfAll(text, pass.budget)
  const parts = found.length === 0 ? [text] : found.map(([whole = '']) => whole)
  return parts.map(part => parseOne(part, pass))
}

function parseOne(text: string, pass: Pass): Constraint {
  const [match] = regularExpressionOf(onePattern, pass).groupsOfAll(text, pass.budget)
  if (match === undefined) throw notConstraint()
  const [, operator = '', whole = '', major = '', minor = '', patch = '', prerelease = ''] = match
  const open = isOpen(major)
    ? 'major'
    : isOpen(minor.slice(1))
      ? 'minor'
      : isOpen(patch.slice(1))
        ? 'patch'
        : 'none'
  const written = {
    none: whole,
    major: `0.0.0${prerelease}`,
    minor: `${major}.0.0${prerelease}`,
    patch: `${major}${minor}.0${prerelease}`,
  }[open]
  return { operator, version: parseVersion(written, pass), open }
}

function isOpen(segment: string): boolean {
  return ['', 'x', 'X', '*'].includes(segment)
}

function check(candidate: Version, constraint: Constraint): boolean {
  const isExactUnequal = constraint.operator === '!=' && constraint.open === 'none'
  if (candidate.prerelease !== '' && constraint.version.prerelease === '' && !isExactUnequal) return false
  const order = compareVersions(candidate, constraint.version)
  switch (constraint.operator) {
    case '!=':
      return isOther(candidate, constraint)
    case '>':
      return isAbove(candidate, constraint)
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      return isUpTo(candidate, constraint)
    case '~':
    case '~>':
      return isNear(candidate, constraint)
    case '^':
      return isCompatible(candidate, constraint)
    default:
      return constraint.open === 'none' ? order === 0 : isNear(candidate, constraint)
  }
}

function isOther(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (open !== 'none') {
    if (wanted.major !== candidate.major) return true
    if (open === 'minor') return false
    if (wanted.minor !== candidate.minor) return true
    if (open === 'patch') {
      const hasPrerelease = candidate.prerelease !== '' || wanted.prerelease !== ''
      return hasPrerelease && comparePrereleases(candidate.prerelease, wanted.prerelease) !== 0
    }
    if (wanted.patch !== candidate.patch) return true
  }
  return compareVersions(candidate, wanted) !== 0
}

function isAbove(candidate: Version, { version: bound, open }: Constraint): boolean {
  if (open === 'none' || candidate.major === bound.major) {
    if (open === 'minor') return false
    if (open === 'patch') return candidate.minor > bound.minor
    return compareVersions(candidate, bound) > 0
  }
  return candidate.major > bound.major
}

function isUpTo(candidate: Version, { version: bound, open }: Constraint): boolean {
  if (open === 'none') return compareVersions(candidate, bound) <= 0
  if (candidate.major > bound.major) return false
  return candidate.major !== bound.major || candidate.minor <= bound.minor || open === 'minor'
}

/** `~`: the same major and minor number as far as they are given. */
function isNear(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (compareVersions(candidate, wanted) < 0) return false
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n
  if (isZero && open !== 'minor' && open !== 'patch') return true
  return candidate.major === wanted.major && (candidate.minor === wanted.minor || open === 'minor')
}

/** `^`: nothing changed before or in the first number that is not zero. */
function isCompatible(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (compareVersions(candidate, wanted) < 0) return false
  if (wanted.major > 0n || open === 'minor') return candidate.major === wanted.major
  if (candidate.major > 0n) return false
  if (wanted.minor > 0n || open === 'patch') return candidate.minor === wanted.minor
  return candidate.minor === 0n && candidate.patch === wanted.patch
}

function notConstraint(): RenderError {
  return new RenderError('the text is no constraint of versions')
}

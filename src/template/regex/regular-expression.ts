import { MatcherInput, RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js'
import { RenderError } from '../../core/errors.ts'
import type { Budget } from '../limits.ts'
import { joined } from '../text/go-string.ts'
import { MeteredText } from './metered-text.ts'
import { shapeOf } from './pattern-shape.ts'
import { parseReplacement } from './replacement.ts'

const sizePerStep = 1

/** A pattern that RE2 does not take. */
export class InvalidPattern extends RenderError {}

/** Where a match and its groups stand: offsets of the text, undefined for a group that took no part. */
type Match = readonly (Span | undefined)[]

interface Span {
  readonly start: number
  readonly end: number
}

/**
 * A pattern as Go's regexp package reads it (RE2's syntax with Perl's classes, leftmost-first), and its functions with Go's
 * rules for empty matches. What it searches takes from the budget.
 */
export class RegularExpression {
  readonly size: number
  readonly #compiled: RE2JS
  readonly #groupNames: readonly (string | undefined)[]

  /**
   * @throws InvalidPattern, which does not show the pattern, for that may be a secret
   * @throws LimitError where it is too large
   */
  constructor(pattern: string, budget: Budget) {
    budget.checkPattern(pattern)
    const { plain, groupNames, size } = shapeOf(pattern)
    budget.checkPattern({ length: pattern.length, size })
    if (!pattern.isWellFormed()) throw new InvalidPattern('the regular expression is not UTF-8')
    budget.takeSteps(Math.ceil(size / sizePerStep) + pattern.length)
    this.size = size
    this.#compiled = compiled(plain)
    this.#groupNames = groupNames
  }

  matches(text: string, budget: Budget): boolean {
    return this.#compiled.re2().match(this.#metered(text, budget))
  }

  /** The first match, empty where there is none. */
  find(text: string, budget: Budget): string {
    const [match] = this.#search(text, budget)
    return joined(textOf(text, match?.[0]))
  }

  /** The first `limit` matches, all where it is negative. */
  findAll(text: string, limit: bigint, budget: Budget): string[] {
    return this.#first(text, limit, budget).map(match => joined(textOf(text, match[0])))
  }

  /** Of each match its text and those of its groups, empty for one that took no part. */
  groupsOfAll(text: string, budget: Budget): string[][] {
    return this.#first(text, -1n, budget).map(match => match.map(span => textOf(text, span)))
  }

  /** `$1`, `${name}` and so on in the replacement stand for groups. */
  replaceAll(text: string, replacement: string, budget: Budget): string {
    const write = parseReplacement(replacement, this.#groupNames)
    return this.#replaced(text, budget, match =>
      write(group => (match[group] === undefined ? undefined : textOf(text, match[group]))),
    )
  }

  replaceAllLiteral(text: string, replacement: string, budget: Budget): string {
    return this.#replaced(text, budget, () => replacement)
  }

  /** At most `limit` parts, all where it is negative; undefined where it is zero. */
  split(text: string, limit: bigint, budget: Budget): string[] | undefined {
    if (limit === 0n) return undefined
    if (text === '' && this.#compiled.pattern() !== '') return ['']
    const parts: string[] = []
    let start = 0
    let end = 0
    for (const [match] of this.#first(text, limit, budget)) {
      if (limit > 0n && BigInt(parts.length) === limit - 1n) break
      end = match?.start ?? 0
      if (match?.end !== 0) parts.push(text.slice(start, end))
      start = match?.end ?? 0
    }
    if (end !== text.length) parts.push(text.slice(start))
    return parts.map(joined)
  }

  #replaced(text: string, budget: Budget, write: (match: Match) => string): string {
    let result = ''
    let end = 0
    for (const match of this.#search(text, budget)) {
      result += text.slice(end, match[0]?.start) + write(match)
      end = match[0]?.end ?? 0
      budget.checkBytes(result.length)
    }
    return joined(result + text.slice(end))
  }

  #first(text: string, limit: bigint, budget: Budget): Match[] {
    const matches: Match[] = []
    for (const match of this.#search(text, budget)) {
      if (limit >= 0n && BigInt(matches.length) >= limit) break
      budget.takeElements(1)
      matches.push(match)
    }
    return matches
  }

  /** Successive matches. An empty one right after another match is none. */
  *#search(text: string, budget: Budget): Iterable<Match> {
    const matcher = this.#compiled.matcher(MatcherInput.utf16(this.#metered(text, budget)))
    const groups = [0, ...this.#groupNames.map((_, index) => index + 1)]
    let previousEnd = -1
    for (let from = 0; from <= text.length; ) {
      budget.takeSteps(1)
      if (!matcher.find(from)) return
      const match = groups.map(group => {
        const [start, end] = [matcher.start(group), matcher.end(group)]
        return start < 0 ? undefined : { start, end }
      })
      const { start, end } = match[0] ?? { start: from, end: from }
      if (end !== from || start !== previousEnd) yield match
      from = end === from ? from + characterLength(text, from) : end
      previousEnd = end
    }
  }

  /** Bytes that are no character are U+FFFD to a pattern, as in Go; offsets stay what they are. */
  #metered(text: string, budget: Budget): MeteredText {
    return new MeteredText(text.toWellFormed(), budget, this.#compiled.programSize())
  }
}

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const problem = error instanceof RE2JSSyntaxException ? error.getDescription() : 'it is too large'
    throw new InvalidPattern(`the regular expression is not valid: ${problem}`)
  }
}

function textOf(text: string, span: Span | undefined): string {
  return span === undefined ? '' : text.slice(span.start, span.end)
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

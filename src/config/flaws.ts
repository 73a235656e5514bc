import type * as z from 'zod/mini'
import { didYouMean } from '../core/suggest.ts'
import { credentialHint, isCredentialKey } from './credential.ts'
import { valueAt } from './data.ts'
import { discriminatorsOf } from './describe-issue.ts'
import type { DataPath } from './source.ts'

/** One thing that does not fit the schema. */
export interface Flaw {
  readonly path: DataPath
  readonly at: 'key' | 'value'
  readonly message: string
  readonly hint: string | undefined
  /** A key that means nothing here: without it the rest can be looked at further. */
  readonly stray: boolean
  /** The value is not there at all. */
  readonly missing: boolean
}

/** What zod found in `data`, one flaw for each thing to mend. */
export function findFlaws(issues: readonly z.core.$ZodIssue[], data: unknown): readonly Flaw[] {
  return withoutEchoes(flatten(issues, data))
}

/** A misspelled key is also a missing one; said once, as the hint of what was written instead, is enough. */
function withoutEchoes(flaws: readonly Flaw[]): readonly Flaw[] {
  const hinted = (flaw: Flaw) =>
    flaws.some(
      other =>
        other !== flaw && parentOf(other) === parentOf(flaw) && other.hint?.includes(`"${flaw.path.at(-1)}"`),
    )
  return flaws.filter(flaw => !hinted(flaw))
}

function parentOf(flaw: Flaw): string {
  return JSON.stringify(flaw.path.slice(0, -1))
}

function flatten(issues: readonly z.core.$ZodIssue[], data: unknown, base: DataPath = []): Flaw[] {
  return issues.flatMap(issue => {
    const path = [...base, ...issue.path.map(step => (typeof step === 'symbol' ? String(step) : step))]
    const [text = '', hint] = issue.message.split('\n')
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => unknownKey([...path, key], issue.message.split(' ')))
    }
    if (issue.code === 'invalid_union') {
      const branch = meantBranch(issue.errors)
      if (branch !== undefined) return flatten(branch, data, path)
    }
    if (issue.code === 'invalid_key') {
      const [keyText = '', keyHint] = issue.issues[0]?.message.split('\n') ?? []
      return { path, at: 'key' as const, message: keyText, hint: keyHint, stray: false, missing: false }
    }
    if (path.length > 0 && valueAt(data, path) === undefined) {
      const message = `"${path.at(-1)}" is missing`
      const choices = discriminatorsOf(issue)
      return {
        path,
        at: 'key' as const,
        message,
        hint: choices.length > 0 ? `write one of ${choices.join(', ')}` : undefined,
        stray: false,
        missing: true,
      }
    }
    return { path, at: 'value' as const, message: text, hint, stray: false, missing: false }
  })
}

function unknownKey(path: DataPath, known: readonly string[]): Flaw {
  const key = String(path.at(-1))
  if (isCredentialKey(key) || (key === 'secret' && known.includes('secret_file'))) {
    const message = `"${key}" would put a credential into the configuration`
    return { path, at: 'key', message, hint: credentialHint(key, known), stray: false, missing: false }
  }
  const meant = didYouMean(key, known)
  const hint = meant ?? `known here: ${known.join(', ')}`
  return {
    path,
    at: 'key',
    message: `unknown key "${key}"`,
    hint,
    stray: meant === undefined,
    missing: false,
  }
}

/** Of the alternatives of a union the one that the writer probably meant: of the right type, with the least that does not fit. */
function meantBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const weighed = branches
    .filter(issues => !issues.some(issue => issue.code === 'invalid_type' && issue.path.length === 0))
    .map(issues => ({ issues, weight: issues.reduce((sum, issue) => sum + misfit(issue), 0) }))
  return weighed.sort((a, b) => a.weight - b.weight)[0]?.issues
}

function misfit(issue: z.core.$ZodIssue): number {
  if (issue.code !== 'unrecognized_keys') return issue.path.length === 0 ? 3 : 1
  const known = issue.message.split(' ')
  return 2 * issue.keys.filter(key => didYouMean(key, known) === undefined).length
}

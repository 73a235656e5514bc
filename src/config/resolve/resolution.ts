import path from 'node:path'
import { ConfigurationError } from '../../core/errors.ts'
import type { Place, Problem } from '../../core/problem.ts'
import { isData, valueAt } from '../data.ts'
import type { TemplateLimits } from '../resolved.ts'
import type { ConfigurationInput } from '../schema/configuration.ts'
import type { ConfigurationSource, DataPath, TextPosition } from '../source.ts'

/** What checking a configuration needs of the machine. Nothing is asked of any backend. */
export interface ConfigurationPorts {
  /** @throws where it cannot be read; the error's `code` (ENOENT) is shown */
  readText(file: string): string
  /**
   * Parses a template.
   * @throws ConfigurationError whose place in the text is known
   */
  parseTemplate(text: string, reading: TemplateReading): TemplateUse
  /** Whether an absolute path, or a name on the PATH, is a program that can be run. */
  programExists(program: string): boolean
  directoryExists(directory: string): boolean
  /** Why the agent cannot remove a file; undefined where it can, or there is none. */
  cannotRemove(file: string): string | undefined
  /** The agent's own user, who owns what no owner is configured for. */
  readonly agent: { readonly uid: number; readonly gid: number }
}

/** How a template is read. */
export interface TemplateReading {
  /** For errors: its file, or the output's. */
  readonly name: string
  /** Delimiters, default `{{` and `}}`. */
  readonly left?: string | undefined
  readonly right?: string | undefined
  /** The functions that it may call by which a template reaches outside of the secrets. */
  readonly allow: readonly string[]
  readonly limits: TemplateLimits
}

/** What a template says of itself without being run. */
export interface TemplateUse {
  /** The declared secrets, and where they first stand in it, that it takes from the dot; undefined where only running it would tell. */
  readonly secrets: readonly { readonly name: string; readonly place: Place }[] | undefined
  /** Handed on to who composes its output. */
  readonly parsed?: unknown
}

/** One pass over a configuration that fits the schema: what it resolves to, and what the schema could not see. */
export interface Resolution {
  readonly input: ConfigurationInput
  readonly source: ConfigurationSource
  readonly ports: ConfigurationPorts
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly problems: Problem[]
  readonly warnings: Problem[]
  /** Absolute and normalized; a relative path is relative to the configuration's file. */
  absolute(file: string): string
}

export interface Finding {
  readonly path: DataPath
  /** Default: the value. */
  readonly at?: 'key' | 'value'
  readonly within?: TextPosition | undefined
  readonly message: string
  readonly hint?: string | undefined
}

export function createResolution(
  parts: Pick<Resolution, 'input' | 'source' | 'ports' | 'environment'>,
): Resolution {
  return {
    ...parts,
    problems: [],
    warnings: [],
    absolute: file => path.resolve(parts.source.directory, file),
  }
}

export function report(resolution: Resolution, finding: Finding): void {
  resolution.problems.push(problemOf(resolution, finding))
}

export function warn(resolution: Resolution, finding: Finding): void {
  resolution.warnings.push(problemOf(resolution, finding))
}

/** The result of `parse`; undefined where it refuses, which is reported at `path`. */
export function attempt<Result>(
  resolution: Resolution,
  path: DataPath,
  parse: () => Result,
): Result | undefined {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    report(resolution, { path, message: error.message, hint: error.hint })
    return undefined
  }
}

/** Reports where not exactly one of some keys is there. True where it is. */
export function exactlyOne(
  resolution: Resolution,
  at: DataPath,
  data: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): boolean {
  const [first, second] = keys.filter(key => data[key] !== undefined)
  if (first === undefined) {
    report(resolution, { path: at, at: 'key', message: `one of ${either(keys)} is missing` })
  } else if (second !== undefined) {
    report(resolution, {
      path: [...at, second],
      at: 'key',
      message: `"${second}" stands beside "${first}"`,
      hint: `write only one of ${either(keys)}`,
    })
  }
  return first !== undefined && second === undefined
}

/** The names in a section as it was written, also of entries that are broken. */
export function namesIn(source: ConfigurationSource, section: 'providers' | 'secrets' | 'outputs'): string[] {
  const entries = valueAt(source.data, [section])
  return isData(entries) ? Object.keys(entries) : []
}

function problemOf({ source }: Resolution, { path, at, within, message, hint }: Finding): Problem {
  return { ...source.place(path, at ?? 'value', within), message, hint }
}

function either(keys: readonly string[]): string {
  return keys.map(key => `"${key}"`).join(', ')
}

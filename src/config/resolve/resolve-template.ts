import { ConfigurationError } from '../../core/errors.ts'
import type { Place } from '../../core/problem.ts'
import { quote } from '../quote.ts'
import type { FileSource } from '../resolved.ts'
import type { FileInput } from '../schema/outputs.ts'
import type { DataPath, TextPosition } from '../source.ts'
import { type Resolution, report } from './resolution.ts'
import type { SecretBook } from './resolve-secrets.ts'
import { limitsOf } from './resolve-templates.ts'

/** Reads and parses the template of a file. Undefined where it has none, and where that fails, which is reported. */
export function resolveTemplate(
  resolution: Resolution,
  secrets: SecretBook,
  { at, label, input }: TemplateEntry,
): FileSource | undefined {
  const { template, contents } = input
  if (template !== undefined) {
    const path = [...at, 'template']
    const file = resolution.absolute(template)
    const text = read(resolution, path, file)
    if (text === undefined) secrets.useAll()
    return text === undefined
      ? undefined
      : parse(resolution, secrets, { path, text, name: file, file, input })
  }
  if (contents === undefined) return undefined
  return parse(resolution, secrets, {
    path: [...at, 'contents'],
    text: contents,
    name: label,
    file: undefined,
    input,
  })
}

/** Reports what says how a template is read where there is none. */
export function checkTemplateKeys(resolution: Resolution, at: DataPath, input: TemplateInput): void {
  if (input.template !== undefined || input.contents !== undefined) return
  for (const key of ['delimiters', 'error_on_missing_key'] as const) {
    if (input[key] === undefined) continue
    report(resolution, {
      path: [...at, key],
      at: 'key',
      message: `"${key}" stands without a template`,
      hint: 'it is for "template" and "contents"',
    })
  }
}

type TemplateInput = Pick<
  FileInput,
  'template' | 'contents' | 'delimiters' | 'error_on_missing_key' | 'allow_world_access'
>

interface TemplateEntry {
  readonly at: DataPath
  /** What stands before line and column of a template that has no file. */
  readonly label: string
  readonly input: TemplateInput
}

interface TemplateText {
  readonly path: DataPath
  readonly text: string
  readonly name: string
  readonly file: string | undefined
  readonly input: TemplateInput
}

function read(resolution: Resolution, path: DataPath, file: string): string | undefined {
  try {
    return resolution.ports.readText(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    const hint = 'a relative path is relative to the configuration file'
    report(resolution, { path, message: `the template ${quote(file)} cannot be read${code}`, hint })
    return undefined
  }
}

function parse(
  resolution: Resolution,
  secrets: SecretBook,
  { path, text, name, file, input }: TemplateText,
): FileSource | undefined {
  const { delimiters } = input
  try {
    const { allow } = resolution.input.templates
    const [left, right] = delimiters ?? []
    const use = resolution.ports.parseTemplate(text, {
      name,
      left,
      right,
      allow,
      limits: limitsOf(resolution),
    })
    if (use.secrets === undefined) secrets.useAll()
    for (const { name: secret, place } of use.secrets ?? []) {
      const inFile = file === undefined ? undefined : { ...place, file }
      secrets.declared(secret, path, { inFile, within: positionOf(place) })
    }
    return {
      kind: 'template',
      text,
      parsed: use.parsed,
      name,
      delimiters,
      missingKey: input.error_on_missing_key === false ? 'zero' : 'error',
      allowWorldAccess: input.allow_world_access ?? false,
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    secrets.useAll()
    const { problem: message, place, hint } = error
    if (file !== undefined) resolution.problems.push({ ...place, file, message, hint })
    else report(resolution, { path, within: positionOf(place), message, hint })
    return undefined
  }
}

function positionOf(place: Place | undefined): TextPosition | undefined {
  const { line, column } = place ?? {}
  return line === undefined || column === undefined ? undefined : { line, column }
}

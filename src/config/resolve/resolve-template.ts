import { ConfigurationError } from '../../core/errors.ts'
import type { Place } from '../../core/problem.ts'
import { quote } from '../quote.ts'
import type { FileSource } from '../resolved.ts'
import type { FileInput } from '../schema/outputs.ts'
import type { DataPath, TextPosition } from '../source.ts'
import { type Resolution, report } from './resolution.ts'
import type { SecretBook } from './resolve-secrets.ts'

/** Reads and parses the template of a file. Undefined where it has none, and where that fails, which is reported. */
export function resolveTemplate(
  resolution: Resolution,
  secrets: SecretBook,
  { at, label, input: { template, contents } }: TemplateEntry,
): FileSource | undefined {
  if (template !== undefined) {
    const path = [...at, 'template']
    const file = resolution.absolute(template)
    const text = read(resolution, path, file)
    if (text === undefined) secrets.useAll()
    return text === undefined ? undefined : parse(resolution, secrets, { path, text, name: file, file })
  }
  if (contents === undefined) return undefined
  return parse(resolution, secrets, {
    path: [...at, 'contents'],
    text: contents,
    name: label,
    file: undefined,
  })
}

interface TemplateEntry {
  readonly at: DataPath
  /** What stands before line and column of a template that has no file. */
  readonly label: string
  readonly input: Pick<FileInput, 'template' | 'contents'>
}

interface TemplateText {
  readonly path: DataPath
  readonly text: string
  readonly name: string
  readonly file: string | undefined
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
  { path, text, name, file }: TemplateText,
): FileSource | undefined {
  try {
    const use = resolution.ports.parseTemplate(text, name)
    if (use.secrets === undefined) secrets.useAll()
    for (const { name: secret, place } of use.secrets ?? []) {
      const inFile = file === undefined ? undefined : { ...place, file }
      secrets.declared(secret, path, { inFile, within: positionOf(place) })
    }
    return { kind: 'template', text, name }
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

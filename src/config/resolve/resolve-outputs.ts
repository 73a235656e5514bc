import { quote } from '../quote.ts'
import type { FileSource, ResolvedFile, ResolvedOutput } from '../resolved.ts'
import type { FileInput, OutputInput } from '../schema/outputs.ts'
import type { DataPath } from '../source.ts'
import { exactlyOne, type Resolution, report, warn } from './resolution.ts'
import type { SecretBook } from './resolve-secrets.ts'
import { checkTemplateKeys, resolveTemplate } from './resolve-template.ts'
import { resolveValidation } from './resolve-validation.ts'

export function resolveOutputs(resolution: Resolution, secrets: SecretBook): ResolvedOutput[] {
  return Object.entries(resolution.input.outputs).flatMap(([name, input]) => {
    const at = ['outputs', name]
    const directory = name.endsWith('/')
    const fits = directory ? checkDirectory(resolution, at, input) : checkFile(resolution, at, input)
    if (!fits) return []
    const files = directory
      ? Object.entries(input.files ?? {}).map(([file, own]) =>
          resolveFile(resolution, secrets, {
            at: [...at, 'files', file],
            name: file,
            input: { ...sharedOf(input), ...own },
          }),
        )
      : [resolveFile(resolution, secrets, { at, name: '', input })]
    checkAllTemplateKeys(resolution, at, input)
    return [
      {
        path: resolution.absolute(name),
        kind: directory ? ('directory' as const) : ('file' as const),
        files: files.filter(file => file !== undefined),
        validate: resolveValidation(resolution, [...at, 'validate'], input.validate),
      },
    ]
  })
}

const sourceKeys = ['value', 'secret', 'template', 'contents'] as const

function checkFile(resolution: Resolution, at: DataPath, input: OutputInput): boolean {
  if (input.files === undefined) return true
  report(resolution, {
    path: at,
    at: 'key',
    message: 'an output with "files" is a directory',
    hint: `end its path in a slash: ${at.at(-1)}/`,
  })
  return false
}

function checkDirectory(resolution: Resolution, at: DataPath, input: OutputInput): boolean {
  for (const key of [...sourceKeys, 'format'] as const) {
    if (input[key] === undefined) continue
    report(resolution, {
      path: [...at, key],
      at: 'key',
      message: `"${key}" stands in a directory`,
      hint: 'write it in one of its "files", or take the slash from the end of the path',
    })
  }
  const names = Object.keys(input.files ?? {})
  if (names.length === 0) {
    report(resolution, {
      path: at,
      at: 'key',
      message: 'the directory has no files',
      hint: 'write them under "files", or take the slash from the end of the path',
    })
  }
  for (const name of names) {
    if (isFileName(name)) continue
    report(resolution, {
      path: [...at, 'files', name],
      at: 'key',
      message: `"${name}" is not the name of a file in a directory`,
      hint: 'write it without a slash at its ends, and without "." or ".." as a part',
    })
  }
  for (const name of names.filter(name => names.some(other => other.startsWith(`${name}/`)))) {
    report(resolution, {
      path: [...at, 'files', name],
      at: 'key',
      message: `"${name}" is a file, and another file lies in a directory of this name`,
    })
  }
  return names.length > 0 && names.every(isFileName)
}

function isFileName(name: string): boolean {
  return name.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

/** Of a directory, for those of its files that do not say otherwise. */
function sharedOf(input: OutputInput) {
  const { owner, group, mode, allow_world_access, delimiters, error_on_missing_key } = input
  return { owner, group, mode, allow_world_access, delimiters, error_on_missing_key }
}

function checkAllTemplateKeys(resolution: Resolution, at: DataPath, input: OutputInput): void {
  if (input.files === undefined) checkTemplateKeys(resolution, at, input)
  for (const [file, own] of Object.entries(input.files ?? {})) {
    checkTemplateKeys(resolution, [...at, 'files', file], own)
  }
}

interface FileEntry {
  readonly at: DataPath
  readonly name: string
  readonly input: FileInput
}

function resolveFile(
  resolution: Resolution,
  secrets: SecretBook,
  { at, name, input }: FileEntry,
): ResolvedFile | undefined {
  const { defaults } = resolution.input
  const { uid, gid } = resolution.ports.agent
  const owner = input.owner ?? defaults.owner ?? uid
  const mode = input.mode ?? defaults.mode
  checkMode(resolution, { at, name, input }, mode)
  if (owner === uid) warnOfOwner(resolution, at, input)
  const source = resolveSource(resolution, secrets, { at, name, input })
  return (
    source && {
      name,
      mode,
      owner,
      // Who gives files to 10001 and names no group means that user's, which bears the same number in most images.
      group: input.group ?? defaults.group ?? (owner === uid ? gid : owner),
      source,
      validate: name === '' ? undefined : resolveValidation(resolution, [...at, 'validate'], input.validate),
    }
  )
}

function resolveSource(
  resolution: Resolution,
  secrets: SecretBook,
  { at, name, input }: FileEntry,
): FileSource | undefined {
  const single = exactlyOne(resolution, at, input, sourceKeys)
  // Each is looked at even so: what it names is used, and may be wrong too.
  const sources = [
    valueSource(secrets, at, input),
    formatSource(resolution, secrets, at, input),
    resolveTemplate(resolution, secrets, { at, input, label: labelOf({ at, name }) }),
  ]
  return single ? sources.find(source => source !== undefined) : undefined
}

function valueSource(secrets: SecretBook, at: DataPath, { value }: FileInput): FileSource | undefined {
  const reference = value === undefined ? undefined : secrets.valueOf(value, [...at, 'value'])
  return reference && { kind: 'value', reference }
}

function formatSource(
  resolution: Resolution,
  secrets: SecretBook,
  at: DataPath,
  { secret, format }: FileInput,
): FileSource | undefined {
  const reference = secret === undefined ? undefined : secrets.declared(secret, [...at, 'secret'])
  if ((secret === undefined) !== (format === undefined)) {
    const [there, absent] = secret === undefined ? ['format', 'secret'] : ['secret', 'format']
    report(resolution, {
      path: [...at, there],
      at: 'key',
      message: `"${there}" stands without "${absent}"`,
      hint: 'a secret is written in a format; one field is written by "value"',
    })
  }
  return reference && format && { kind: 'format', reference, format }
}

/** The file's path as the configuration has it. */
function labelOf({ at, name }: Pick<FileEntry, 'at' | 'name'>): string {
  return `${at[1]}${name}`
}

function checkMode(resolution: Resolution, { at, name, input }: FileEntry, mode: number): void {
  if ((mode & 0o007) === 0 || input.allow_world_access === true) return
  report(resolution, {
    path: input.mode === undefined ? ['defaults', 'mode'] : [...at, 'mode'],
    message: `mode 0${mode.toString(8).padStart(3, '0')} gives every user access to ${quote(labelOf({ at, name }))}`,
    hint: 'write a mode that ends in 0, or allow_world_access: true on this output',
  })
}

function warnOfOwner(resolution: Resolution, at: DataPath, input: FileInput): void {
  const own = input.owner !== undefined
  const { uid } = resolution.ports.agent
  warn(resolution, {
    path: own ? [...at, 'owner'] : ['defaults', 'owner'],
    message:
      own || resolution.input.defaults.owner !== undefined
        ? `the owner ${uid} is the agent's own user`
        : `no owner is set, so the files belong to the agent's own user, ${uid}`,
    hint: 'write the uid of the application as owner; where both are one user, the application can change its files',
  })
}

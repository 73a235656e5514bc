import type { Place, Problem } from '../core/problem.ts'
import { type Data, isData } from './data.ts'
import { quote } from './quote.ts'
import type { ConfigurationSource, DataPath } from './source.ts'
import { type Setting, vaultFromEnvironment } from './vault-from-environment.ts'

/** The options of the command line that stand for a configuration file. */
export interface ConfigurationOptions {
  /** `NAME=REFERENCE`, each a file of this name. */
  readonly secret: readonly string[]
  readonly owner?: string | undefined
  readonly group?: string | undefined
  readonly mode?: string | undefined
  /** `PROCESS:SIGNAL`. */
  readonly signal?: readonly string[] | undefined
}

export interface EnvironmentRequest {
  readonly options: ConfigurationOptions
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What relative paths are relative to: the working directory. */
  readonly directory: string
  readonly fileExists: (file: string) => boolean
}

const outputDirectory = '/run/secrets'

/** A configuration without a file: options and standard variables, as the document that a file would hold. */
export function fromEnvironment(request: EnvironmentRequest): ConfigurationSource {
  const problems: Problem[] = []
  const settings = [
    ...secretSettings(request.options.secret, problems),
    ...defaultSettings(request.options),
    ...signalSettings(request.options.signal ?? [], problems),
  ]
  const used = new Set(request.options.secret.map(text => /=([A-Za-z][\w-]*):/.exec(text)?.[1]))
  if (used.has('vault')) settings.push(...vaultFromEnvironment(request, problems))
  // The SDK reads the AWS variables itself.
  if (used.has('aws')) settings.push({ path: ['providers', 'aws', 'type'], option: '--secret', value: 'aws' })
  return {
    data: documentOf(settings),
    directory: request.directory,
    problems,
    place: path => placeOf(settings, path),
  }
}

function secretSettings(texts: readonly string[], problems: Problem[]): Setting[] {
  const names = new Set<string>()
  return texts.flatMap(text => {
    const [, name = '', reference = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
    if (!/^[\w-][\w.-]*$/.test(name) || reference === '') {
      problems.push({
        option: '--secret',
        message: `${quote(text)} is not a name and a reference`,
        hint: 'write NAME=REFERENCE, such as db_password=vault:secret/my-api/db#password',
      })
      return []
    }
    const option = `--secret ${name}`
    if (names.has(name)) problems.push({ option, message: 'this name is there twice' })
    names.add(name)
    return [{ path: ['outputs', `${outputDirectory}/${name}`, 'value'], option, value: reference }]
  })
}

function defaultSettings({ owner, group, mode }: ConfigurationOptions): Setting[] {
  return [
    { path: ['defaults', 'owner'], option: '--owner', value: numberOf(owner) },
    { path: ['defaults', 'group'], option: '--group', value: numberOf(group) },
    { path: ['defaults', 'mode'], option: '--mode', value: mode },
  ]
}

/** What is no number stays a text, which the schema refuses. */
function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text
}

function signalSettings(texts: readonly string[], problems: Problem[]): Setting[] {
  const targets = texts.flatMap(text => {
    const [, process, signal] = /^(.+):([^:]+)$/s.exec(text) ?? []
    if (process !== undefined) return [{ process, signal }]
    problems.push({
      option: '--signal',
      message: `${quote(text)} is not a process and a signal`,
      hint: 'write PROCESS:SIGNAL, such as nginx:SIGHUP',
    })
    return []
  })
  return targets.flatMap(({ process, signal }, index) => [
    { path: ['reload', index, 'process'], option: '--signal', value: process },
    { path: ['reload', index, 'signal'], option: '--signal', value: signal },
  ])
}

function documentOf(settings: readonly Setting[]): Data {
  const document: Data = { outputs: {} }
  for (const { path, value } of settings) {
    if (value !== undefined) put(document, path, value)
  }
  return document
}

function put(data: Data, [step, ...rest]: DataPath, value: unknown): void {
  if (step === undefined) return
  if (rest.length === 0) {
    data[step] = value
    return
  }
  data[step] ??= typeof rest[0] === 'number' ? [] : {}
  const child = data[step]
  if (isData(child)) put(child, rest, value)
}

/** The option of the setting itself, of one that it contains, or of the nearest that would contain it. */
function placeOf(settings: readonly Setting[], path: DataPath): Place {
  for (let length = path.length; length > 0; length--) {
    const wanted = path.slice(0, length)
    const found = settings.find(setting => startsWith(setting.path, wanted))
    if (found !== undefined) return { option: found.option }
  }
  return { option: '--secret' }
}

function startsWith(path: DataPath, start: DataPath): boolean {
  return start.every((step, index) => path[index] === step)
}

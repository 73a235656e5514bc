// 200 secrets, where they are published, and how a reader tells what it must never see.
import { join } from 'node:path'

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

export const all = numbers(0, 200)
/** Each in a file of its own. */
export const single = numbers(0, 120)
/** Each a user and a password in a directory, of which one version is shown. */
export const paired = numbers(120, 180)
/** In one document, rendered by a template. */
const together = numbers(180, 200)

export const pathOf = (n: number) => `soak/s${n}`
export const fileOf = (target: string, n: number) => join(target, `s${n}`)
export const directoryOf = (target: string, n: number) => join(target, `pair-${n}`)
export const documentOf = (target: string) => join(target, 'all.json')

/** A text that shows which secret and version it is, and whether it is whole; of any length up to 4 KB. */
export function bodyOf(n: number, version: number): string {
  return `${n}:${version}:${'x'.repeat((n * 31 + version * 997) % 4_000)}:end`
}

/** The version of a text, where it is that secret's, and whole. */
export function versionIn(text: string, n: number): number | undefined {
  const [, number, version] = /^(\d+):(\d+):/.exec(text) ?? []
  return Number(number) === n && text === bodyOf(n, Number(version)) ? Number(version) : undefined
}

/** The versions in the document, by secret; undefined where it is not whole. */
export function versionsIn(document: string): ReadonlyMap<number, number> | undefined {
  try {
    const entries = Object.entries(JSON.parse(document) as Record<string, string>)
    const versions = entries.map(([name, text]) => [Number(name), versionIn(text, Number(name))] as const)
    const whole = versions.flatMap(([n, version]) => (version === undefined ? [] : [[n, version] as const]))
    return whole.length === together.length ? new Map(whole) : undefined
  } catch {
    return undefined
  }
}

export interface SoakConfiguration {
  readonly address: string
  readonly target: string
  /** Of the application, which is told of pairs. */
  readonly pidFile: string
  /** Whether one more output is there: what changes from one configuration to the next. */
  readonly extra: boolean
}

/** What the agent runs with. */
export function configurationOf({ address, target, pidFile, extra }: SoakConfiguration): string {
  const document = together.map(n => `"${n}": {{ .s${n}.password | toJSON }}`).join(', ')
  return [
    'providers:',
    '  vault:',
    `    address: "${address}"`,
    '    timeout: 2s',
    '    refresh: 5s',
    '    auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id }',
    'secrets:',
    ...all.map(n => `  s${n}: vault:secret/${pathOf(n)}`),
    'outputs:',
    ...single.map(n => `  ${fileOf(target, n)}: { value: s${n}.password }`),
    ...paired.map(
      n =>
        `  ${directoryOf(target, n)}/: { files: { user: { value: s${n}.user }, password: { value: s${n}.password } } }`,
    ),
    `  ${documentOf(target)}: { contents: '{${document}}', validate: json }`,
    ...(extra ? [`  ${join(target, 'extra')}: { value: s0.user }`] : []),
    `defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }`,
    'reload:',
    `  - { signal: SIGHUP, pid_file: ${pidFile}, on: [${paired.map(n => `${directoryOf(target, n)}/`).join(', ')}] }`,
  ].join('\n')
}

// How each program is started on the same job: N secrets of one KV v2 mount, one file each.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fortyLines } from './forty-lines.ts'

export interface Job {
  readonly directory: string
  readonly address: string
  readonly roleId: string
  readonly secretId: string
  /** A token, for the peer that cannot log in by itself. */
  readonly token: string
  /** How many, and as many files. */
  readonly secrets: number
  /** What a file holds: the one field of its secret, or what a template of 40 lines makes of that and of its neighbour. */
  readonly content: 'value' | 'template'
  readonly refreshSeconds: number
  /** Written by the receiver of the signal. */
  readonly pidFile: string | undefined
}

export interface ProgramUnderTest {
  readonly name: string
  readonly isKeyturn?: boolean
  /** Writes its configuration; answers its command line. */
  prepare(job: Job): { program: string; args: readonly string[]; env: NodeJS.ProcessEnv }
}

export const secretPath = (n: number) => `bench/s${n}`
/** Both files show both secrets of a pair. */
export const pairOf = (n: number): [own: number, other: number] => [n, n % 2 === 0 ? n + 1 : n - 1]
export const outputPath = ({ directory }: Pick<Job, 'directory'>, n: number) =>
  join(directory, 'out', `s${n}`)

const dist = fileURLToPath(new URL('../../dist/keyturn.js', import.meta.url))
const numbers = ({ secrets }: Job) => Array.from({ length: secrets }, (_, n) => n)

/** As the image starts it: these flags and variables stand in the Dockerfile too. */
export function keyturn(flags: {
  args: readonly string[]
  env: Readonly<Record<string, string>>
}): ProgramUnderTest {
  return {
    name: 'keyturn',
    isKeyturn: true,
    prepare(job) {
      const lines = [
        'providers:',
        `  vault: { address: "${job.address}", refresh: ${job.refreshSeconds}s, auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id } }`,
        ...(job.content === 'value'
          ? ['secrets:', ...numbers(job).map(n => `  s${n}: "vault:secret/${secretPath(n)}"`)]
          : []),
        'outputs:',
        ...numbers(job).map(n => {
          const source = job.content === 'value' ? `value: s${n}.value` : `template: ${templateFile(job, n)}`
          return `  ${outputPath(job, n)}: { ${source} }`
        }),
        ...(job.pidFile === undefined ? [] : ['reload:', `  - { signal: SIGHUP, pid_file: ${job.pidFile} }`]),
      ]
      writeBootstrap(job)
      writeFileSync(join(job.directory, 'keyturn.yaml'), lines.join('\n'))
      return {
        program: process.execPath,
        args: [...flags.args, dist, 'run', '--config', join(job.directory, 'keyturn.yaml')],
        env: { PATH: process.env['PATH'], ...flags.env },
      }
    },
  }
}

export function vaultAgent(binary: string): ProgramUnderTest {
  return {
    name: 'OpenBao agent',
    prepare(job) {
      writeBootstrap(job)
      const reload =
        job.pidFile === undefined
          ? ''
          : `  exec { command = ["sh", "-c", "kill -HUP $(cat ${job.pidFile})"] }\n`
      const template = (n: number) =>
        `template {\n  ${goTemplate(job, n)}\n` +
        `  destination = "${outputPath(job, n)}"\n  perms = "0400"\n${reload}}`
      const text = [
        `vault { address = "${job.address}" }`,
        `auto_auth { method "approle" { config = { role_id_file_path = "${join(job.directory, 'role_id')}"`,
        `  secret_id_file_path = "${join(job.directory, 'secret_id')}", remove_secret_id_file_after_reading = false } } }`,
        `template_config { static_secret_render_interval = "${job.refreshSeconds}s" }`,
        ...numbers(job).map(template),
      ]
      writeFileSync(join(job.directory, 'agent.hcl'), text.join('\n'))
      return {
        program: binary,
        args: ['agent', `-config=${join(job.directory, 'agent.hcl')}`, '-log-format=json'],
        env: { PATH: process.env['PATH'] },
      }
    },
  }
}

export function consulTemplate(binary: string): ProgramUnderTest {
  return {
    name: 'consul-template',
    prepare(job) {
      mkdirSync(join(job.directory, 'out'), { recursive: true })
      const reload =
        job.pidFile === undefined ? '' : `  command = ["sh", "-c", "kill -HUP $(cat ${job.pidFile})"]\n`
      const template = (n: number) =>
        `template {\n  ${goTemplate(job, n)}\n` +
        `  destination = "${outputPath(job, n)}"\n  perms = 0400\n${reload}}`
      const text = [
        `vault {\n  address = "${job.address}"\n  token = "${job.token}"\n  renew_token = false`,
        `  default_lease_duration = "${job.refreshSeconds}s"\n}`,
        ...numbers(job).map(template),
      ]
      writeFileSync(join(job.directory, 'ct.hcl'), text.join('\n'))
      return {
        program: binary,
        args: [`-config=${join(job.directory, 'ct.hcl')}`],
        env: { PATH: process.env['PATH'] },
      }
    },
  }
}

function writeBootstrap(job: Job): void {
  mkdirSync(join(job.directory, 'out'), { recursive: true })
  writeFileSync(join(job.directory, 'role_id'), job.roleId, { mode: 0o400 })
  writeFileSync(join(job.directory, 'secret_id'), job.secretId, { mode: 0o400 })
}

function goTemplate(job: Job, n: number): string {
  if (job.content === 'template') return `source = "${templateFile(job, n)}"`
  return `contents = "{{ with secret \\"secret/data/${secretPath(n)}\\" }}{{ .Data.data.value }}{{ end }}"`
}

/** Writes the template of file n; with one secret alone it is both of the pair. */
function templateFile(job: Job, n: number): string {
  const [own, other] = pairOf(n)
  const path = join(job.directory, `t${n}.tmpl`)
  writeFileSync(path, fortyLines(n, [secretPath(own), secretPath(job.secrets === 1 ? own : other)]))
  return path
}

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const healthcheck = fileURLToPath(new URL('../../src/healthcheck.ts', import.meta.url))

export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

export interface AgentProcess {
  readonly child: ChildProcess
  /** Parsed log lines as they come. */
  readonly log: Record<string, unknown>[]
  /** All that it printed. */
  printed(): string
  readonly ended: Promise<number | null>
}

/** A directory on tmpfs with a configuration, and the real command line in processes of its own. */
export interface Workplace extends AsyncDisposable {
  readonly directory: string
  /** Where outputs belong. */
  readonly secrets: string
  write(name: string, content: string, mode?: number): string
  configure(yaml: string): void
  run(...args: string[]): AgentProcess
  command(...args: string[]): Promise<CommandResult>
  /** The image's small health check; answers its exit code. */
  healthcheck(): Promise<number | null>
  commandWith(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult>
}

export function createWorkplace(): Workplace {
  const directory = mkdtempSync('/dev/shm/keyturn-test-')
  chmodSync(directory, 0o711)
  const secrets = join(directory, 'secrets')
  mkdirSync(secrets)
  chmodSync(secrets, 0o711)
  const children = new Set<ChildProcess>()
  const environment = { PATH: process.env['PATH'], KEYTURN_CONFIG: join(directory, 'keyturn.yaml') }

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = environment) => {
    const child = spawn(process.execPath, [main, ...args], {
      env,
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }

  const workplace: Workplace = {
    directory,
    secrets,
    write(name, content, mode = 0o400) {
      const file = join(directory, name)
      rmSync(file, { force: true })
      writeFileSync(file, content, { mode })
      chmodSync(file, mode)
      return file
    },
    configure(yaml) {
      workplace.write('keyturn.yaml', yaml, 0o644)
    },
    run(...args) {
      const child = start(['run', '--log-format', 'json', ...args])
      const log: Record<string, unknown>[] = []
      let printed = ''
      createInterface({ input: child.stdout }).on('line', line => {
        printed += `${line}\n`
        log.push(JSON.parse(line) as Record<string, unknown>)
      })
      child.stderr.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
      })
      const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
      return { child, log, printed: () => printed, ended }
    },
    healthcheck() {
      const child = spawn(process.execPath, [healthcheck], { env: environment, stdio: 'ignore' })
      return new Promise(resolve => child.once('close', resolve))
    },
    command: (...args) => workplace.commandWith(environment, ...args),
    commandWith(env, ...args) {
      const child = start(args, { ...environment, ...env })
      let out = ''
      let error = ''
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
      })
      child.stderr.on('data', (chunk: Buffer) => {
        error += chunk.toString()
      })
      return new Promise(resolve => child.once('close', code => resolve({ code, out, error })))
    },
    async [Symbol.asyncDispose]() {
      const ended = [...children].map(child => new Promise(resolve => child.once('exit', resolve)))
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(ended)
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return workplace
}

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface DockerOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** Runs `docker` and answers its standard output without the last line feed; fails with what it printed. */
export function docker(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  return run('docker', args, options)
}

/** Runs `docker` to its end, whatever that is, and answers its exit code and all that it printed. */
export function runDocker(args: readonly string[]): { code: number; output: string } {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 120_000 })
  return { code: status ?? -1, output: stdout + stderr }
}

/** Everything that a container has printed so far. */
export async function logsOf(container: string): Promise<string> {
  const { stdout, stderr } = await execute('docker', ['logs', container])
  return stdout + stderr
}

/** Runs Compose, version 2 where it is installed, else 1.29. */
export function compose(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  const [program, ...first] = composeCommand()
  return run(program, [...first, ...args], options)
}

/** How Compose is called on this machine. */
export function composeCommand(): [program: string, ...args: string[]] {
  return spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose'] : ['docker-compose']
}

async function run(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMs = 120_000 }: DockerOptions,
): Promise<string> {
  const { stdout } = await execute(program, args, {
    env: { ...process.env, ...env },
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
  })
  return stdout.trimEnd()
}

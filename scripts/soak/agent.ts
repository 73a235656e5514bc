import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { imageFlags } from '../bench/image-flags.ts'

export interface Agent extends AsyncDisposable {
  readonly pid: number
  /** Log lines by event, and what must not be logged by its message. */
  readonly events: ReadonlyMap<string, number>
  readonly errors: readonly string[]
  running(): boolean
  reload(): void
  /** Tells it to end; answers its exit code. */
  end(): Promise<number | null>
}

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

/** Starts what was built, with the image's flags, from a copy: a build meanwhile changes nothing. */
export function startAgent(directory: string, configuration: string): Agent {
  cpSync(dist, join(directory, 'dist'), { recursive: true })
  const { args, env } = imageFlags()
  const child = spawn(
    process.execPath,
    [...args, join(directory, 'dist/keyturn.js'), 'run', '--config', configuration, '--log-format', 'json'],
    { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const events = new Map<string, number>()
  const errors: string[] = []
  createInterface({ input: child.stdout }).on('line', line => {
    const { event, level, msg } = JSON.parse(line) as Record<string, string>
    events.set(event ?? '', (events.get(event ?? '') ?? 0) + 1)
    if (level === 'error') errors.push(`${event}: ${msg}`)
  })
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const running = () => child.exitCode === null && child.signalCode === null
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (!running()) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    pid: child.pid ?? 0,
    events,
    errors,
    running,
    reload: () => child.kill('SIGHUP'),
    end: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL')
    },
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A real process that opens a publisher, and publishes when it is told to. */
export interface PublisherProcess extends AsyncDisposable {
  readonly pid: number
  /** Answers the next line: `open`, `published PATHS`, or `failed MESSAGE`. */
  next(): Promise<string>
  /** Publishes one file and one directory whose contents hold this word. */
  publish(word: string): void
  kill(signal: NodeJS.Signals): Promise<void>
}

export interface PublisherSettings {
  readonly directory: string
  readonly owner: number
  readonly group: number
  readonly mode: number
}

/** `launcher` is a program with arguments that runs the process in its turn, such as setpriv. */
export function startPublisherProcess(
  settings: PublisherSettings,
  launcher: readonly string[] = [],
): PublisherProcess {
  const script = fileURLToPath(new URL('publisher-process-main.ts', import.meta.url))
  const [file = '', ...args] = [...launcher, process.execPath, script, JSON.stringify(settings)]
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    pid: child.pid ?? 0,
    async next() {
      return (await lines.next()).value ?? 'ended'
    },
    publish(word) {
      child.stdin.write(`${word}\n`)
    },
    async kill(signal) {
      child.kill(signal)
      if (signal !== 'SIGSTOP') await exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

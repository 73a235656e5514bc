import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Seen } from './application-main.ts'

export interface Application extends Disposable {
  ask(): Promise<Seen>
}

/** Starts the application once everything is published, and writes its pid where the agent looks for it. */
export function startApplication(target: string, pidFile: string): Application {
  const child = fork(fileURLToPath(new URL('application-main.ts', import.meta.url)), [target])
  writeFileSync(pidFile, String(child.pid))
  return {
    async ask() {
      child.send('ask')
      const [seen] = await once(child, 'message')
      return seen as Seen
    },
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  }
}

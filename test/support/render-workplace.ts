import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CommandLineOptions, runCommandLine } from './command-line.ts'
import { createTmpfsDirectory } from './tmpfs-directory.ts'

/** A directory of one test, in which `keyturn render` is run. */
export function openRenderWorkplace() {
  const directory = createTmpfsDirectory()
  onTestFinished(() => directory[Symbol.dispose]())
  const { path } = directory
  return {
    path,
    write(name: string, content: string | object): string {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      writeFileSync(file, text, { mode: 0o600 })
      return file
    },
    render: (args: readonly string[], options: CommandLineOptions = {}) =>
      runCommandLine(['render', ...args], { directory: path, ...options }),
  }
}

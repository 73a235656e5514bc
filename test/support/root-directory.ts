import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docker } from './docker.ts'
import { busyboxImage } from './images.ts'

export interface RootDirectory extends AsyncDisposable {
  readonly path: string
  write(name: string, content: string, options?: { mode?: number; owner?: number }): Promise<void>
  read(name: string): Promise<string>
}

/** A directory of this machine whose files belong to whom a test says, also where the tests are not run by root. */
export async function createRootDirectory(): Promise<RootDirectory> {
  const path = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  const run = (script: string, ...args: string[]) =>
    docker([
      ...['run', '--rm', '--network', 'none', '--volume', `${path}:/directory`, '--workdir', '/directory'],
      ...[busyboxImage, 'sh', '-c', script, 'sh', ...args],
    ])
  await run('chown 0:0 .')
  return {
    path,
    async write(name, content, { mode = 0o400, owner = 0 } = {}) {
      const script = 'printf %s "$2" > "$1" && chown "$4:$4" "$1" && chmod "$3" "$1"'
      await run(script, name, content, mode.toString(8), String(owner))
    },
    read: name => run('cat "$1"', name),
    async [Symbol.asyncDispose]() {
      await run('rm -rf ./* && chown "$1" .', String(process.getuid?.() ?? 0))
      rmdirSync(path)
    },
  }
}

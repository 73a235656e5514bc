import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCommandNotifier } from '../../src/notify/command.ts'
import { readProcess } from '../../src/notify/read-process.ts'
import { canary } from '../support/canary.ts'
import { publicationOf } from '../support/publications.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
let lifetime: AbortController
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyturn-command-'))
  lifetime = new AbortController()
})
afterEach(() => {
  lifetime.abort()
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true })
})

function notify(command: readonly string[], timeoutMs = 10_000): Promise<string> {
  const settings = {
    kind: 'command' as const,
    command,
    timeoutMs,
    on: undefined,
    first: false,
    splayMs: 0,
  }
  return createCommandNotifier(settings, 'command').notify(publicationOf(), lifetime.signal)
}

const script = (source: string, ...args: string[]) => ['/bin/sh', '-c', source, 'sh', ...args]
const pidsIn = (file: string) => readFileSync(file, 'utf8').trim().split('\n').map(Number)

/** Hangs with a child that hangs too; both write their numbers into `$1`. */
const hanging = `sleep 1000 & echo $! >> "$1"; echo $$ >> "$1"; wait`

describe('a command', () => {
  it('is delivered by exit code 0', async () => {
    const file = join(directory, 'ran')
    expect(await notify(script('echo "$1" > "$2"', 'a b; c', file))).toBe('"/bin/sh" ran')
    expect(readFileSync(file, 'utf8')).toBe('a b; c\n')
  })

  it('sees nothing of the environment of the agent', async () => {
    vi.stubEnv('VAULT_TOKEN', canary('token'))
    const file = join(directory, 'environment')
    await notify(script('env > "$1"', file))
    expect(readFileSync(file, 'utf8')).not.toMatch(/VAULT|canary|NODE/)
  })

  it('fails with any other exit code', async () => {
    await expect(notify(script('exit 3'))).rejects.toMatchObject({
      name: 'NotifyError',
      message: 'program "/bin/sh" ended with exit code 3',
    })
  })

  it('fails where a signal ended it', async () => {
    await expect(notify(script('kill -USR1 $$'))).rejects.toMatchObject({
      message: 'program "/bin/sh" was ended by SIGUSR1',
    })
  })

  it('fails where there is no such program', async () => {
    await expect(notify(['/nonexistent', canary('argument')])).rejects.toMatchObject({
      name: 'NotifyError',
      message: 'program "/nonexistent" cannot be started (ENOENT)',
      hint: expect.stringContaining('container of the agent'),
    })
  })

  it('is killed with its children where it hangs', async () => {
    const file = join(directory, 'pids')
    await expect(notify(script(hanging, file), 200)).rejects.toMatchObject({
      name: 'NotifyError',
      message: 'program "/bin/sh" did not end within 200ms and was killed',
    })
    expect(pidsIn(file)).toHaveLength(2)
    await waitUntil(() => pidsIn(file).every(pid => readProcess('/proc', pid) === undefined))
  })

  it('is killed with its children when the agent ends', async () => {
    const file = join(directory, 'pids')
    const outcome = notify(script(hanging, file))
    const rejected = expect(outcome).rejects.toThrow('the agent ends')
    await waitUntil(() => existsSync(file) && pidsIn(file).length === 2)
    lifetime.abort(new Error('the agent ends'))
    await rejected
    await waitUntil(() => pidsIn(file).every(pid => readProcess('/proc', pid) === undefined))
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createWorkplace } from '../support/agent-process.ts'
import { coreDumpsIn, noCoreDumps, searchFile } from '../support/core-dumps.ts'
import { searchFor } from '../support/leak-search.ts'
import { waitUntil } from '../support/wait-until.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const secret = `Zq7vK2mW${process.pid}x9Lp4TnB${process.pid}`

/** Runs an agent until it holds the secret, ends it with a core dump, and answers that file. */
async function dumpOf(prepare: (pid: number) => void): Promise<string> {
  const place = createWorkplace()
  onTestFinished(() => place[Symbol.asyncDispose]())
  const source = place.write('secret', secret)
  const output = join(place.secrets, 'copy')
  place.configure(`
secrets: { s: "file:${source}" }
outputs: { ${output}: { contents: '{{ .s.value }}' } }
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }`)
  const workingDirectory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  onTestFinished(() => rmSync(workingDirectory, { recursive: true }))
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      'ulimit -c unlimited; exec "$0" "$@"',
      process.execPath,
      main,
      'run',
      '--config',
      join(place.directory, 'keyturn.yaml'),
    ],
    { cwd: workingDirectory, env: {}, stdio: 'ignore' },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  await waitUntil(() => existsSync(output))
  prepare(child.pid ?? 0)
  const ended = once(child, 'exit')
  child.kill('SIGABRT')
  await ended
  const [core] = coreDumpsIn(workingDirectory)
  if (core === undefined) throw new Error('the kernel has dumped no core')
  return core
}

it('a core dump of the agent holds nothing of its memory', async context => {
  const reason = noCoreDumps()
  if (reason !== undefined) context.skip(reason)
  const search = searchFor({ secret })

  const core = await dumpOf(() => undefined)
  expect(searchFile(core, search)).toEqual([])
  expect(statSync(core).size).toBeLessThan(4_000_000)

  // As the kernel would have it without the agent's doing: the secret is there to be found.
  const open = await dumpOf(pid => writeFileSync(`/proc/${pid}/coredump_filter`, '0x33'))
  expect(searchFile(open, search)).toContain('secret (as it is)')
})

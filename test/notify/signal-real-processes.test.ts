import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSignalNotifier } from '../../src/notify/signal.ts'
import { createClock } from '../../src/platform/clock.ts'
import { localProcesses } from '../../src/platform/local-processes.ts'
import { createMemoryJournal, type MemoryJournal } from '../support/memory-ends.ts'
import { publicationOf } from '../support/publications.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { waitUntil } from '../support/wait-until.ts'

interface Program {
  readonly child: ChildProcessByStdio<Writable, Readable, null>
  printed(): string
}

let programs: Program[]
let clock: VirtualClock
let journal: MemoryJournal
let lifetime: AbortController
let name: string

beforeEach(() => {
  programs = []
  clock = createVirtualClock()
  journal = createMemoryJournal()
  lifetime = new AbortController()
  name = `app-${randomUUID()}`
})
afterEach(() => {
  lifetime.abort()
  for (const { child } of programs) child.kill('SIGKILL')
})

/** Starts a program under a name of its own and waits until it printed `ready`. */
async function start(program: string, ...argv: string[]): Promise<Program> {
  const child = spawn(program, argv, { argv0: `/usr/local/bin/${name}`, stdio: ['pipe', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    printed += chunk
  })
  const started = { child, printed: () => printed }
  programs.push(started)
  await waitUntil(() => printed.includes('ready'))
  return started
}

const startNode = (source: string) => start(process.execPath, '-e', source)

const notifier = () =>
  createSignalNotifier(
    {
      kind: 'signal',
      signal: 'SIGHUP',
      target: { process: name, anyOwner: false },
      readyWithinMs: 30_000,
      on: undefined,
      splayMs: 0,
    },
    'signal',
    { ...localProcesses(), clock, journal },
  )

const publishedNow = () =>
  publicationOf({ publishedUptimeMs: createClock().uptime() }, { owners: [process.getuid?.() ?? 0] })

const reload = `process.on('SIGHUP', () => console.log('reloaded'))`
const stay = `setInterval(() => {}, 1000); console.log('ready')`

describe('a signal to a real process', () => {
  it('reaches a Node program with a handler', async () => {
    const app = await startNode(`${reload}; ${stay}`)
    const outcome = await notifier().notify(publishedNow(), lifetime.signal)
    expect(outcome).toBe(`pid ${app.child.pid} got SIGHUP`)
    await waitUntil(() => app.printed().includes('reloaded'))
  })

  it('reaches a shell script with a trap', async () => {
    const app = await start(
      '/bin/sh',
      '-c',
      `trap 'echo reloaded' HUP; echo ready; tail -f /dev/null & wait; kill $!; exit 0`,
    )
    await notifier().notify(publishedNow(), lifetime.signal)
    expect(await once(app.child, 'exit')).toEqual([0, null])
    expect(app.printed()).toContain('reloaded')
  })

  it('spares a program without a handler', async () => {
    const { child } = await startNode(stay)
    const outcome = notifier().notify(publishedNow(), lifetime.signal)
    const rejected = expect(outcome).rejects.toThrow(`pid ${child.pid} has no handler for SIGHUP after 30s`)
    await clock.advance(30_000)
    await rejected
    // A second signal that does have an end shows that the first was never sent.
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  })

  it('is kept from a program that ignores it, which would never know', async () => {
    const { child } = await start('/bin/sh', '-c', `trap '' HUP; echo ready; read line`)
    const outcome = notifier().notify(publishedNow(), lifetime.signal)
    const rejected = expect(outcome).rejects.toThrow(`pid ${child.pid} ignores SIGHUP after 30s`)
    await clock.advance(30_000)
    await rejected
  })

  it('reaches a program that is slow to install its handler', async () => {
    const app = await startNode(
      `process.stdin.once('data', () => { ${reload}; console.log('installed') }); ${stay}`,
    )
    const outcome = notifier().notify(publishedNow(), lifetime.signal)
    await clock.advance(5_000)
    app.child.stdin.write('go\n')
    await waitUntil(() => app.printed().includes('installed'))
    await clock.advance(100)
    expect(await outcome).toBe(`pid ${app.child.pid} got SIGHUP`)
    await waitUntil(() => app.printed().includes('reloaded'))
  })

  it('is not owed to a program that started after the publication', async () => {
    const before = createClock().uptime()
    await waitUntil(() => createClock().uptime() > before + 200)
    const app = await startNode(`${reload}; ${stay}`)
    const publication = publicationOf({ publishedUptimeMs: before }, { owners: [process.getuid?.() ?? 0] })
    const outcome = await notifier().notify(publication, lifetime.signal)
    expect(outcome).toBe(`pid ${app.child.pid} started after it`)
  })

  it('is recorded where the program ends of it', async () => {
    const { child } = await startNode(`process.on('SIGHUP', () => process.exit(3)); ${stay}`)
    const exited = once(child, 'exit')
    await notifier().notify(publishedNow(), lifetime.signal)
    expect(await exited).toEqual([3, null])
    await clock.advance(2_000)
    expect(journal.lines).toMatchObject([{ event: 'target_ended_after_signal', fields: { pid: child.pid } }])
  })

  it('goes to no child of a program of the same name', async () => {
    const worker = `${reload}; process.on('disconnect', () => process.exit()); process.send('up')`
    const app = await startNode(`${reload}
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(worker)}],
        { argv0: process.argv0, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      child.on('message', () => console.log('ready'))`)
    const outcome = await notifier().notify(publishedNow(), lifetime.signal)
    expect(outcome).toBe(`pid ${app.child.pid} got SIGHUP`)
  })

  it('is refused where two programs of the name run', async () => {
    const one = await startNode(`${reload}; ${stay}`)
    const two = await startNode(`${reload}; ${stay}`)
    const pids = [one.child.pid ?? 0, two.child.pid ?? 0]
    await expect(notifier().notify(publishedNow(), lifetime.signal)).rejects.toMatchObject({
      message: expect.stringMatching(`^2 processes are called "${name}": pid `),
    })
    await expect(notifier().notify(publishedNow(), lifetime.signal)).rejects.toThrow(String(pids[0]))
    await expect(notifier().notify(publishedNow(), lifetime.signal)).rejects.toThrow(String(pids[1]))
  })
})

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotifyError } from '../../src/core/errors.ts'
import { createSignalNotifier, type SignalSettings } from '../../src/notify/signal.ts'
import { createMemoryJournal, type MemoryJournal } from '../support/memory-ends.ts'
import { createProcTree, type ProcTree } from '../support/proc-tree.ts'
import { publicationOf } from '../support/publications.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

const holder = `/docker/${'a'.repeat(64)}`
const agent = `/docker/${'b'.repeat(64)}`
const replicaOne = `/docker/${'c'.repeat(64)}`
const replicaTwo = `/docker/${'d'.repeat(64)}`
const withoutHandler = '0000000000004000'
const withHandler = '0000000000004001'

let tree: ProcTree
let clock: VirtualClock
let journal: MemoryJournal
let signalled: [pid: number, signal: string][]
let refusals: Map<number, string>
let lifetime: AbortController

beforeEach(() => {
  tree = createProcTree()
  clock = createVirtualClock()
  journal = createMemoryJournal()
  signalled = []
  refusals = new Map()
  lifetime = new AbortController()
  tree.plant({ pid: 1, argv: ['docker-init'], uid: 65534, cgroups: [holder], caught: withoutHandler })
  tree.plant({ pid: 30, argv: ['node', 'keyturn.js'], uid: 0, cgroups: [agent] })
  tree.linkPidNamespace(30, 4026532181)
})
afterEach(() => {
  lifetime.abort()
  tree[Symbol.dispose]()
})

function notifierOf(settings: Partial<SignalSettings> = {}) {
  const complete: SignalSettings = {
    kind: 'signal',
    signal: 'SIGHUP',
    target: { process: 'node', anyOwner: false },
    readyWithinMs: 30_000,
    on: undefined,
    splayMs: 0,
    ...settings,
  }
  return createSignalNotifier(complete, 'signal SIGHUP node', {
    procDirectory: tree.procDirectory,
    ownPid: 30,
    clock,
    journal,
    sendSignal(pid, signal) {
      const code = refusals.get(pid)
      if (code !== undefined) throw Object.assign(new Error(`kill ${code}`), { code })
      signalled.push([pid, signal])
    },
  })
}

const plantApp = (overrides: Partial<Parameters<ProcTree['plant']>[0]> = {}) =>
  tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: [replicaOne], ...overrides })

const failure = (message: unknown, hint: unknown = expect.anything()) =>
  expect.objectContaining({ name: 'NotifyError', message, hint })

describe('signal', () => {
  it('reaches a process that started before the publication', async () => {
    plantApp()
    const outcome = await notifierOf().notify(publicationOf(), lifetime.signal)
    expect(outcome).toBe('pid 40 got SIGHUP')
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('reaches a process that started in the same tick as the publication', async () => {
    plantApp({ startTicks: 288_178 })
    // What 2881.78 seconds of /proc/uptime become as floating-point milliseconds.
    await notifierOf().notify(publicationOf({ publishedUptimeMs: 2_881_779.9999999995 }), lifetime.signal)
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('reaches a process that started while the files were swapped', async () => {
    plantApp({ startTicks: 100_009 })
    await notifierOf().notify(publicationOf({ publishedUptimeMs: 1_000_000 }), lifetime.signal)
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('is not owed to a process that started after the publication, ready or not', async () => {
    plantApp({ startTicks: 100_011, caught: withoutHandler })
    const outcome = await notifierOf().notify(publicationOf(), lifetime.signal)
    expect(outcome).toBe('pid 40 started after it')
    expect(signalled).toEqual([])
  })

  it('is not owed where no such process runs', async () => {
    const outcome = await notifierOf().notify(publicationOf(), lifetime.signal)
    expect(outcome).toBe('no process "node" of user 10001 is running')
  })

  it('says so where only another user runs such a process', async () => {
    plantApp({ uid: 10002 })
    const outcome = await notifierOf().notify(publicationOf(), lifetime.signal)
    expect(outcome).toBe(
      'no process "node" of user 10001 is running, but pid 40 of user 10002, who owns no output (any_owner includes it)',
    )
    expect(signalled).toEqual([])
  })

  it('reaches another user’s process where any owner will do', async () => {
    plantApp({ uid: 10002 })
    await notifierOf({ target: { process: 'node', anyOwner: true } }).notify(publicationOf(), lifetime.signal)
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('looks only for owners of the outputs that it is for', async () => {
    plantApp({ uid: 10002 })
    const [output] = publicationOf().outputs
    const outputs = [
      { ...output, path: '/run/secrets/a', owners: [10001], versions: {}, first: false },
      { ...output, path: '/run/secrets/b', owners: [10002], versions: {}, first: false },
    ]
    await notifierOf({ on: ['/run/secrets/a'] }).notify(publicationOf({ outputs }), lifetime.signal)
    expect(signalled).toEqual([])
    await notifierOf({ on: ['/run/secrets/b'] }).notify(publicationOf({ outputs }), lifetime.signal)
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('is asked of first publications too, and is one for all outputs unless limited', () => {
    expect(notifierOf({ on: ['/run/secrets/a'], splayMs: 5 })).toMatchObject({
      id: 'signal SIGHUP node',
      first: true,
      on: ['/run/secrets/a'],
      splayMs: 5,
    })
  })
})

describe('a process without a handler', () => {
  it('is signalled as soon as it has one', async () => {
    plantApp({ caught: withoutHandler })
    const outcome = notifierOf().notify(publicationOf(), lifetime.signal)
    await clock.advance(20_000)
    expect(signalled).toEqual([])
    plantApp({ caught: withHandler })
    await clock.advance(100)
    expect(await outcome).toBe('pid 40 got SIGHUP')
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('is reported and never signalled where it gets none in time', async () => {
    plantApp({ caught: withoutHandler })
    const outcome = notifierOf().notify(publicationOf(), lifetime.signal)
    const rejected = expect(outcome).rejects.toEqual(failure('pid 40 has no handler for SIGHUP after 30s'))
    await clock.advance(30_000)
    await rejected
    expect(signalled).toEqual([])
  })

  it('settles the debt where it ends while it is waited for', async () => {
    plantApp({ caught: withoutHandler })
    const outcome = notifierOf().notify(publicationOf(), lifetime.signal)
    await clock.advance(1_000)
    tree.remove(40)
    await clock.advance(100)
    expect(await outcome).toBe('pid 40 has ended')
  })

  it('is waited for no longer once the agent ends', async () => {
    plantApp({ caught: withoutHandler })
    const outcome = notifierOf().notify(publicationOf(), lifetime.signal)
    const rejected = expect(outcome).rejects.toThrow('the agent ends')
    await clock.advance(1_000)
    lifetime.abort(new Error('the agent ends'))
    await rejected
  })

  it('keeps no other replica waiting, and that one is told once', async () => {
    plantApp()
    plantApp({ pid: 50, cgroups: [replicaTwo], caught: withoutHandler })
    const notifier = notifierOf()
    const first = notifier.notify(publicationOf(), lifetime.signal)
    const rejected = expect(first).rejects.toEqual(failure('pid 50 has no handler for SIGHUP after 30s'))
    await clock.advance(100)
    expect(signalled).toEqual([[40, 'SIGHUP']])
    await clock.advance(30_000)
    await rejected
    plantApp({ pid: 50, cgroups: [replicaTwo], caught: withHandler })
    const second = await notifier.notify(publicationOf(), lifetime.signal)
    expect(second).toBe('pid 40 was told before, pid 50 got SIGHUP')
    expect(signalled).toEqual([
      [40, 'SIGHUP'],
      [50, 'SIGHUP'],
    ])
    await notifier.notify(publicationOf({ id: 'publication-2' }), lifetime.signal)
    expect(signalled).toHaveLength(4)
  })
})

describe('a signal that does not arrive', () => {
  it('is an error that asks for the capability where the kernel forbids it', async () => {
    plantApp()
    refusals.set(40, 'EPERM')
    const outcome = notifierOf().notify(publicationOf(), lifetime.signal)
    await expect(outcome).rejects.toEqual(
      failure('pid 40 cannot be signalled (EPERM)', expect.stringContaining('capability KILL')),
    )
    await expect(outcome).rejects.toBeInstanceOf(NotifyError)
  })

  it('settles the debt where the process has just ended', async () => {
    plantApp()
    refusals.set(40, 'ESRCH')
    expect(await notifierOf().notify(publicationOf(), lifetime.signal)).toBe('pid 40 has ended')
  })

  it('never goes to a later process of the same number', async () => {
    plantApp({ caught: withoutHandler })
    const outcome = notifierOf().notify(publicationOf(), lifetime.signal)
    await clock.advance(1_000)
    plantApp({ startTicks: 2_000 })
    await clock.advance(100)
    expect(await outcome).toBe('pid 40 has ended')
    expect(signalled).toEqual([])
  })

  it('names every target that failed', async () => {
    plantApp()
    plantApp({ pid: 50, cgroups: [replicaTwo] })
    refusals.set(40, 'EPERM').set(50, 'EPERM')
    await expect(notifierOf().notify(publicationOf(), lifetime.signal)).rejects.toEqual(
      failure('pid 40 cannot be signalled (EPERM), pid 50 cannot be signalled (EPERM)'),
    )
  })
})

describe('a target that ends within two seconds of its signal', () => {
  const events = () => journal.lines.map(({ severity, event, message }) => [severity, event, message])

  it('is recorded, after the delivery has counted', async () => {
    plantApp()
    const outcome = await notifierOf().notify(publicationOf(), lifetime.signal)
    expect(outcome).toBe('pid 40 got SIGHUP')
    tree.remove(40)
    await clock.advance(2_000)
    expect(events()).toEqual([['warn', 'target_ended_after_signal', 'pid 40 ended within 2s of SIGHUP']])
  })

  it('is recorded where only its zombie is left, or its number has passed on', async () => {
    plantApp()
    plantApp({ pid: 50, cgroups: [replicaTwo] })
    await notifierOf().notify(publicationOf(), lifetime.signal)
    plantApp({ state: 'Z (zombie)' })
    plantApp({ pid: 50, cgroups: [replicaTwo], startTicks: 2_000 })
    await clock.advance(2_000)
    expect(events()).toHaveLength(2)
  })

  it('is not recorded where it lives on', async () => {
    plantApp()
    await notifierOf().notify(publicationOf(), lifetime.signal)
    await clock.advance(2_000)
    expect(events()).toEqual([])
  })

  it('is watched no longer once the agent ends', async () => {
    plantApp()
    await notifierOf().notify(publicationOf(), lifetime.signal)
    tree.remove(40)
    lifetime.abort()
    await clock.advance(2_000)
    expect(events()).toEqual([])
  })
})

describe('a target by pid file', () => {
  const pidFile = () => join(tree.procDirectory, 'app.pid')
  const byFile = () => notifierOf({ target: { pidFile: pidFile() } })

  it('is the process whose number the file holds, whoever owns it', async () => {
    plantApp({ uid: 5 })
    writeFileSync(pidFile(), '40\n')
    await byFile().notify(publicationOf(), lifetime.signal)
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('settles the debt where the file is left from a process that has ended', async () => {
    writeFileSync(pidFile(), '41\n')
    expect(await byFile().notify(publicationOf(), lifetime.signal)).toBe('there is no process 41')
  })

  it('waits for a file that is about to be written', async () => {
    plantApp()
    const outcome = byFile().notify(publicationOf(), lifetime.signal)
    await clock.advance(5_000)
    writeFileSync(pidFile(), '40')
    await clock.advance(100)
    expect(await outcome).toBe('pid 40 got SIGHUP')
  })

  it('settles the debt where no file appears in time', async () => {
    const outcome = byFile().notify(publicationOf(), lifetime.signal)
    await clock.advance(30_000)
    expect(await outcome).toBe(`there is no pid file "${pidFile()}"`)
  })

  it('waits for no file at a first publication', async () => {
    const outcome = await byFile().notify(publicationOf({}, { first: true }), lifetime.signal)
    expect(outcome).toBe(`there is no pid file "${pidFile()}"`)
  })

  it('is an error where the file holds something else, which is not shown', async () => {
    for (const content of ['', 'canary', '-1', '0', '40 41', '9'.repeat(40)]) {
      writeFileSync(pidFile(), content)
      await expect(byFile().notify(publicationOf(), lifetime.signal)).rejects.toEqual(
        expect.objectContaining({ message: `pid file "${pidFile()}" does not hold a process number` }),
      )
    }
    rmSync(pidFile())
  })

  it('is never the agent itself', async () => {
    writeFileSync(pidFile(), '30')
    await expect(byFile().notify(publicationOf(), lifetime.signal)).rejects.toThrow(
      'pid 30 is the agent itself and is never signalled',
    )
  })
})

describe('a target by pid', () => {
  it('is that process', async () => {
    plantApp()
    await notifierOf({ target: { pid: 40 } }).notify(publicationOf(), lifetime.signal)
    expect(signalled).toEqual([[40, 'SIGHUP']])
  })

  it('is never pid 1 of the host', async () => {
    tree.plant({ pid: 1, argv: ['init'], uid: 0 })
    rmSync(join(tree.procDirectory, '30/ns/pid'))
    tree.linkPidNamespace(30, 4026531836)
    await expect(notifierOf({ target: { pid: 1 } }).notify(publicationOf(), lifetime.signal)).rejects.toThrow(
      'pid 1 is the init process of the host and is never signalled',
    )
  })

  it('is not signalled where it is the init of the holder, which has no handler', async () => {
    const outcome = notifierOf({ target: { pid: 1 } }).notify(publicationOf(), lifetime.signal)
    const rejected = expect(outcome).rejects.toThrow('pid 1 has no handler for SIGHUP after 30s')
    await clock.advance(30_000)
    await rejected
    expect(signalled).toEqual([])
  })
})

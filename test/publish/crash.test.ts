import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderedOutput } from '../../src/core/output.ts'
import type { Publisher } from '../../src/core/ports.ts'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { owner, renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'
import { createTracedFileSystem, systemError } from '../support/traced-file-system.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const never = new AbortController().signal
const clock = createVirtualClock()

let target: TmpfsDirectory

beforeEach(() => {
  target = createTmpfsDirectory()
})

afterEach(() => target[Symbol.dispose]())

const at = (name: string) => join(target.path, name)

function open(fileSystem?: FileSystem): Promise<Publisher> {
  const stateDirectory = at('.keyturn')
  return openPublisher({
    stateDirectory,
    allowNonTmpfs: [],
    clock,
    journal: createMemoryJournal(),
    fileSystem,
  })
}

const versionOf = (version: string): RenderedOutput[] => [
  renderedFile(at('user'), `user-${version}`, { version }),
  renderedFile(at('password'), `password-${version}`, { version }),
  renderedDirectory(at('tls'), { cert: `cert-${version}`, key: `key-${version}` }, { version }),
]

async function publish(publisher: Publisher, version: string, allOrNothing = false): Promise<void> {
  await publisher.publish(versionOf(version), { allOrNothing, owedTo: () => ['app'] }, never)
}

/** A machine that stops: from the given operation on nothing is done any more. */
function dyingAt(deadAt: number) {
  let dead = false
  return createTracedFileSystem((_operation, index) => {
    dead ||= index >= deadAt
    if (dead) throw systemError('EIO', -5, 'died')
  })
}

/** What each output shows: a version, or nothing. Fails on anything partial, mixed or exposed. */
function shown(): (string | undefined)[] {
  const readVersion = (name: string) => {
    const path = at(name)
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
    expect(lstatSync(path)).toMatchObject({ mode: 0o100400, uid: owner })
    return /^[a-z]+-(\d)$/.exec(readFileSync(path, 'utf8'))?.[1] ?? 'partial'
  }
  const link = lstatSync(at('tls'), { throwIfNoEntry: false })
  const inDirectory = link === undefined ? [undefined] : [readVersion('tls/cert'), readVersion('tls/key')]
  expect(new Set(inDirectory).size).toBe(1)
  return [readVersion('user'), readVersion('password'), inDirectory[0]]
}

function litter(): string[] {
  const current = lstatSync(at('tls'), { throwIfNoEntry: false }) && readlinkSync(at('tls'))
  return [
    ...readdirSync(at('.keyturn/staging')).filter(name => !name.startsWith('lock-')),
    ...readdirSync(at('.keyturn/generations')).filter(name => !current?.endsWith(name)),
  ]
}

/** Dies at each operation in turn until a run gets through; answers how many there were. */
async function atEachOperation(
  run: (fileSystem: FileSystem) => Promise<void>,
  check: (deadAt: number) => Promise<void>,
): Promise<number> {
  for (let deadAt = 0; ; deadAt += 1) {
    target[Symbol.dispose]()
    target = createTmpfsDirectory()
    const fileSystem = dyingAt(deadAt)
    await run(fileSystem)
    if (fileSystem.operations.length <= deadAt) return deadAt
    await check(deadAt)
  }
}

/** Opens, does `act`, and ends; the errors of a dying machine are its own. */
async function live(fileSystem: FileSystem, act: (publisher: Publisher) => Promise<void>): Promise<void> {
  const publisher = await open(fileSystem).catch(() => undefined)
  if (publisher === undefined) return
  await act(publisher).catch(() => undefined)
  await publisher.close()
}

describe('an agent that dies at any file operation', () => {
  it('of a first start shows all or nothing once the next agent has started', async () => {
    const count = await atEachOperation(
      fileSystem => live(fileSystem, publisher => publish(publisher, '1', true)),
      async () => {
        shown()
        const next = await open()
        const found = shown()
        expect(['1,1,1', ',,']).toContain(found.join())
        expect(next.debts()).toHaveLength(found[0] === undefined ? 0 : 1)
        await publish(next, '1', true)
        expect(shown()).toEqual(['1', '1', '1'])
        expect(next.debts()).toHaveLength(1)
        expect(litter()).toEqual([])
        await next.close()
      },
    )
    expect(count).toBeGreaterThan(60)
  })

  it('of a rotation shows the old or the new, together, and owes the new', async () => {
    const count = await atEachOperation(
      async fileSystem => {
        const first = await open()
        await publish(first, '1')
        for (const debt of first.debts()) await first.settle(debt)
        await first.close()
        await live(fileSystem, publisher => publish(publisher, '2'))
      },
      async () => {
        shown()
        const next = await open()
        const found = shown()
        expect(['1,1,1', '2,2,2']).toContain(found.join())
        expect(next.debts()).toHaveLength(found[0] === '2' ? 1 : 0)
        await publish(next, '2')
        expect(shown()).toEqual(['2', '2', '2'])
        expect(next.debts()).toMatchObject([{ publication: { outputs: [{ path: at('user') }, {}, {}] } }])
        await clock.advance(60_000)
        await next.collect()
        expect(litter()).toEqual([])
        await next.close()
      },
    )
    expect(count).toBeGreaterThan(60)
  })

  it('of settling, removing and collecting loses nothing that is still configured', async () => {
    const count = await atEachOperation(
      async fileSystem => {
        const first = await open()
        await publish(first, '1')
        await publish(first, '2')
        await first.close()
        await live(fileSystem, async publisher => {
          for (const debt of publisher.debts()) await publisher.settle(debt)
          await publisher.prune({ outputs: [at('password')], notifiers: ['app'] })
          await clock.advance(60_000)
          await publisher.collect()
        })
      },
      async () => {
        const next = await open()
        await next.prune({ outputs: [at('password')], notifiers: ['app'] })
        await clock.advance(60_000)
        await next.collect()
        expect(shown()).toEqual([undefined, '2', undefined])
        expect(litter()).toEqual([])
        await next.close()
      },
    )
    expect(count).toBeGreaterThan(40)
  })
})

describe('an error of one file operation', () => {
  const failingOnce = (failAt: number) => {
    return createTracedFileSystem((_operation, index) => {
      if (index === failAt) throw systemError('EIO', -5, 'test')
    })
  }

  it('leaves each output old or new, and what is new owed; the next attempt succeeds', async () => {
    for (let failAt = 0; ; failAt += 1) {
      target[Symbol.dispose]()
      target = createTmpfsDirectory()
      const first = await open()
      await publish(first, '1')
      for (const debt of first.debts()) await first.settle(debt)
      await first.close()

      const fileSystem = failingOnce(failAt)
      const publisher = await open(fileSystem).catch(() => undefined)
      await publisher?.publish(versionOf('2'), { allOrNothing: false, owedTo: () => ['app'] }, never).then(
        ({ publication }) => {
          const changed = ['user', 'password', 'tls'].filter((_name, index) => shown()[index] === '2').map(at)
          expect(publication?.outputs.map(({ path }) => path) ?? []).toEqual(changed)
        },
        error => expect(error).toHaveProperty('code', 'EIO'),
      )
      const next = publisher ?? (await open())
      await publish(next, '2')
      expect(shown()).toEqual(['2', '2', '2'])
      expect(next.debts()).toMatchObject([{ publication: { outputs: [{}, {}, {}] } }])
      await next.close()

      const last = await open()
      await clock.advance(60_000)
      await last.collect()
      await last.close()
      expect(litter()).toEqual([])
      if (fileSystem.operations.length <= failAt) return
    }
  })
})

describe('the order of operations', () => {
  it('sets the mode and then the owner before a file can be reached by its name', async () => {
    const fileSystem = createTracedFileSystem()
    const publisher = await open(fileSystem)
    fileSystem.operations.length = 0
    await publisher.publish(versionOf('1').slice(0, 1), { allOrNothing: true, owedTo: () => [] }, never)
    await publisher.close()
    const names = fileSystem.operations.map(({ name }) => name)
    const chown = owner === process.geteuid?.() ? [] : ['fchown']
    const from = names.indexOf('createFile')
    expect(names.slice(from, names.indexOf('createFile', from + 1)).filter(name => name !== 'lstat')).toEqual(
      ['createFile', 'write', 'fsync', 'fchmod', 'fstat', ...chown, 'close'],
    )
  })

  it('remembers what will be in place and owed before the first swap, and swaps without a pause', async () => {
    const fileSystem = createTracedFileSystem()
    const publisher = await open(fileSystem)
    fileSystem.operations.length = 0
    await publish(publisher, '1')
    await publisher.close()
    const changes = fileSystem.operations.filter(({ name }) => name === 'rename' || name === 'createFile')
    const targets = changes.map(({ name, args }) => `${name} ${String(args.at(-1)).replace(/-\d+$/, '')}`)
    expect(targets.slice(-5)).toEqual([
      `rename ${at('.keyturn/state')}`,
      `rename ${at('user')}`,
      `rename ${at('password')}`,
      expect.stringContaining(`rename ${at('.keyturn/generations/')}`),
      `rename ${at('tls')}`,
    ])
  })
})

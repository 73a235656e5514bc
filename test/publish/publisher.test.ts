import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderedOutput } from '../../src/core/output.ts'
import type { PublishedOutput, Publisher } from '../../src/core/ports.ts'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { group, owner, renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'
import { createTracedFileSystem, systemError } from '../support/traced-file-system.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

const never = new AbortController().signal
const each = { allOrNothing: false, owedTo: () => ['app'] }
const whole = { allOrNothing: true, owedTo: () => ['app'] }

let target: TmpfsDirectory
let clock: VirtualClock
let publisher: Publisher
const journal = createMemoryJournal()

beforeEach(async () => {
  target = createTmpfsDirectory()
  clock = createVirtualClock()
  publisher = await open()
})

afterEach(async () => {
  await publisher.close()
  target[Symbol.dispose]()
})

const at = (name: string) => join(target.path, name)
const read = (name: string) => readFileSync(at(name), 'utf8')
const staged = () => readdirSync(at('.keyturn/staging')).filter(name => !name.startsWith('lock-'))
const generations = () => readdirSync(at('.keyturn/generations'))

function open(fileSystem?: FileSystem, retired = new Map<string, number>()): Promise<Publisher> {
  const stateDirectory = at('.keyturn')
  return openPublisher({ stateDirectory, allowNonTmpfs: [], retired, clock, journal, fileSystem })
}

/** A new agent, as after a restart. */
async function reopen(fileSystem?: FileSystem): Promise<void> {
  await publisher.close()
  publisher = await open(fileSystem)
}

const publish = (...outputs: RenderedOutput[]) => publisher.publish(outputs, each, never)

describe('publishing', () => {
  it('puts a file in place with its owner and mode, and remembers what is owed', async () => {
    const { publication, failures } = await publish(renderedFile(at('a'), 'one', { version: '7' }))
    expect(failures).toEqual([])
    expect(publication).toMatchObject({
      publishedAt: clock.now(),
      publishedUptimeMs: clock.uptime(),
      outputs: [{ path: at('a'), owners: [owner], versions: { 'memory:secret': '7' }, first: true }],
    })
    expect(read('a')).toBe('one')
    expect(lstatSync(at('a'))).toMatchObject({ mode: 0o100400, uid: owner, gid: group })
    expect(publisher.debts()).toEqual([{ notifier: 'app', publication }])
    expect(publisher.published().get(at('a'))).toMatchObject({
      publishedAt: clock.now(),
      versions: { 'memory:secret': '7' },
    })
    expect(staged()).toEqual([])
  })

  it('puts a directory in place as one generation behind a relative link', async () => {
    await publish(renderedDirectory(at('tls'), { 'cert.pem': 'cert', 'deep/key.pem': 'key' }))
    expect(readlinkSync(at('tls'))).toMatch(/^\.keyturn\/generations\/[0-9a-f]{12}-\d+$/)
    expect(read('tls/cert.pem') + read('tls/deep/key.pem')).toBe('certkey')
    const generation = lstatSync(join(target.path, readlinkSync(at('tls'))))
    expect(generation).toMatchObject({ mode: 0o040750, gid: group, uid: process.geteuid?.() })
    expect(lstatSync(at('tls/deep'))).toMatchObject({ mode: 0o040750, gid: group })
    expect(lstatSync(at('.keyturn')).mode & 0o777).toBe(0o711)
    expect(lstatSync(at('.keyturn/generations')).mode & 0o777).toBe(0o711)
    expect(lstatSync(at('.keyturn/staging')).mode & 0o777).toBe(0o700)
    expect(lstatSync(at('.keyturn/state')).mode & 0o777).toBe(0o600)
  })

  it('makes directories below the common one, passable for others', async () => {
    await publish(renderedFile(at('one/two/a'), 'one'))
    expect(read('one/two/a')).toBe('one')
    expect(lstatSync(at('one/two')).mode & 0o777).toBe(0o711)
  })

  it('publishes together what is given together', async () => {
    const { publication } = await publish(
      renderedFile(at('a'), 'one'),
      renderedDirectory(at('tls'), { key: 'two' }),
    )
    expect(publication?.outputs.map(({ path }) => path)).toEqual([at('a'), at('tls')])
  })

  it('neither publishes nor owes identical bytes, not across a restart either', async () => {
    const outputs = [renderedFile(at('a'), 'one'), renderedDirectory(at('tls'), { key: 'two' })]
    await publish(...outputs)
    const [debt] = publisher.debts()
    if (debt !== undefined) await publisher.settle(debt)
    const { ino } = lstatSync(at('a'))
    expect(await publish(...outputs)).toEqual({ publication: undefined, failures: [] })
    await reopen()
    expect(await publish(...outputs)).toEqual({ publication: undefined, failures: [] })
    expect(publisher.debts()).toEqual([])
    expect(lstatSync(at('a')).ino).toBe(ino)
  })

  it('takes a new version note of without publishing where the bytes are the same', async () => {
    await publish(renderedFile(at('a'), 'one', { version: '1' }))
    expect((await publish(renderedFile(at('a'), 'one', { version: '2' }))).publication).toBeUndefined()
    await reopen()
    expect(publisher.published().get(at('a'))?.versions).toEqual({ 'memory:secret': '2' })
  })

  it('publishes again what differs in its mode only', async () => {
    await publish(renderedFile(at('a'), 'one'))
    const { publication } = await publish(renderedFile(at('a'), 'one', { mode: 0o440 }))
    expect(publication?.outputs).toMatchObject([{ path: at('a'), first: false }])
    expect(lstatSync(at('a')).mode & 0o777).toBe(0o440)
  })

  it.each([
    ['deleted', () => rmSync(at('a'))],
    ['given another mode', () => chmodSync(at('a'), 0o444)],
    [
      'replaced',
      () => {
        writeFileSync(at('b'), 'one', { mode: 0o400 })
        renameSync(at('b'), at('a'))
      },
    ],
    [
      'written to',
      () => {
        chmodSync(at('a'), 0o600)
        writeFileSync(at('a'), 'two')
        chmodSync(at('a'), 0o400)
      },
    ],
  ])('publishes again a file that somebody has %s', async (_how, change) => {
    // Ours, for without CHOWN and FOWNER only the owner can do this.
    const mine = { owner: process.geteuid?.() ?? 0, group: process.getegid?.() ?? 0 }
    await publish(renderedFile(at('a'), 'one', mine))
    change()
    const { publication } = await publish(renderedFile(at('a'), 'one', mine))
    expect(publication?.outputs).toMatchObject([{ path: at('a'), first: false }])
    expect(read('a')).toBe('one')
    expect(lstatSync(at('a')).mode & 0o777).toBe(0o400)
  })

  it('publishes again a directory whose link somebody has changed', async () => {
    await publish(renderedDirectory(at('tls'), { key: 'one' }))
    for (const debt of publisher.debts()) await publisher.settle(debt)
    rmSync(at('tls'))
    symlinkSync('/etc', at('tls'))
    await reopen()
    expect(publisher.published().has(at('tls'))).toBe(false)
    expect(journal.lines.at(-1)).toMatchObject({ severity: 'warn', event: 'output_changed' })
    expect((await publish(renderedDirectory(at('tls'), { key: 'one' }))).publication?.outputs).toHaveLength(1)
    expect(read('tls/key')).toBe('one')
  })

  it('takes a file that it does not know for older content that somebody may have read', async () => {
    writeFileSync(at('a'), 'from elsewhere')
    const { publication } = await publish(renderedFile(at('a'), 'one'))
    expect(publication?.outputs).toMatchObject([{ first: false }])
  })

  it('turns a file into a directory and back', async () => {
    await publish(renderedFile(at('a'), 'file'))
    await publish(renderedDirectory(at('a'), { key: 'directory' }))
    expect(read('a/key')).toBe('directory')
    await publish(renderedFile(at('a'), 'file again'))
    expect(read('a')).toBe('file again')
    await clock.advance(60_000)
    await publisher.collect()
    expect(generations()).toEqual([])
  })

  it('names the owners of the earlier files too, whose processes have read them', async () => {
    await publish(renderedFile(at('a'), 'one'))
    const mine = process.geteuid?.() ?? 0
    const { publication } = await publish(renderedFile(at('a'), 'two', { owner: mine }))
    expect(publication?.outputs[0]?.owners).toEqual([...new Set([owner, mine])])
  })
})

describe('failing', () => {
  const invalid = { outputValidate: { builtin: 'json' } } as const

  it('keeps the last good where a validation fails, and publishes the others', async () => {
    await publish(renderedFile(at('a'), '{"good":1}', invalid), renderedFile(at('b'), 'one'))
    const { publication, failures } = await publish(
      renderedFile(at('a'), '{"bad"', invalid),
      renderedFile(at('b'), 'two'),
    )
    expect(publication?.outputs.map(({ path }) => path)).toEqual([at('b')])
    expect(failures).toMatchObject([{ path: at('a'), error: { name: 'PublishError' } }])
    expect(read('a') + read('b')).toBe('{"good":1}two')
    expect(staged()).toEqual([])
  })

  it('shows nothing of a first set of which one fails', async () => {
    const outputs = [
      renderedFile(at('a'), 'one'),
      renderedDirectory(at('tls'), { key: 'two' }),
      renderedFile(at('b'), 'not json', invalid),
    ]
    const { publication, failures } = await publisher.publish(outputs, whole, never)
    expect(publication).toBeUndefined()
    expect(failures).toHaveLength(1)
    expect(readdirSync(target.path)).toEqual(['.keyturn'])
    expect([...staged(), ...generations()]).toEqual([])
    expect(publisher.debts()).toEqual([])
  })

  it('takes a first set back of which one cannot be put in place', async () => {
    await reopen(
      createTracedFileSystem(({ name, args }) => {
        if (name === 'rename' && args[1] === at('b')) throw systemError('EIO', -5, 'rename')
      }),
    )
    const outputs = [
      renderedFile(at('a'), 'one'),
      renderedDirectory(at('tls'), { key: 'two' }),
      renderedFile(at('b'), 'three'),
    ]
    const { publication, failures } = await publisher.publish(outputs, whole, never)
    expect(publication).toBeUndefined()
    expect(failures).toMatchObject([
      { path: at('b'), error: { message: expect.stringContaining('i/o error (EIO)') } },
    ])
    await reopen()
    expect(readdirSync(target.path)).toEqual(['.keyturn'])
    expect([...staged(), ...generations(), ...publisher.debts(), ...publisher.published()]).toEqual([])
  })

  it('owes nothing for an output that could not be put in place, not after a restart either', async () => {
    await publish(renderedFile(at('a'), 'one'), renderedFile(at('b'), 'one'))
    for (const debt of publisher.debts()) await publisher.settle(debt)
    await reopen(
      createTracedFileSystem(({ name, args }) => {
        if (name === 'rename' && args[1] === at('b')) throw systemError('EIO', -5, 'rename')
      }),
    )
    const owedTo = (outputs: readonly PublishedOutput[]) => outputs.map(({ path }) => path)
    const { publication } = await publisher.publish(
      [renderedFile(at('a'), 'two'), renderedFile(at('b'), 'two')],
      { allOrNothing: false, owedTo },
      never,
    )
    expect(publication?.outputs.map(({ path }) => path)).toEqual([at('a')])
    await reopen()
    expect(read('a') + read('b')).toBe('twoone')
    expect(publisher.debts().map(({ notifier }) => notifier)).toEqual([at('a')])
    expect(publisher.published().size).toBe(2)
  })

  it('keeps everything where the state cannot be written before the swap', async () => {
    await publish(renderedFile(at('a'), 'one'))
    await reopen(
      createTracedFileSystem(({ name, args }) => {
        if (name === 'createFile' && String(args[0]).endsWith('-state')) {
          throw systemError('ENOSPC', -28, 'open')
        }
      }),
    )
    const { publication, failures } = await publish(renderedFile(at('a'), 'two'))
    expect(publication).toBeUndefined()
    expect(failures).toMatchObject([
      { path: at('a'), error: { name: 'PublishError', hint: expect.stringContaining('the volume is full') } },
    ])
    expect(read('a')).toBe('one')
    expect(staged()).toEqual([])
  })

  it('writes on where a disk takes a part, and removes the part where it then is full', async () => {
    let room = 10
    const traced = createTracedFileSystem()
    const nearlyFull: FileSystem = {
      ...traced,
      write(file, bytes) {
        if (room === 0) throw systemError('ENOSPC', -28, 'write')
        const taken = traced.write(file, bytes.subarray(0, Math.min(room, 3)))
        room -= taken
        return taken
      },
    }
    await reopen(nearlyFull)
    const { failures } = await publish(renderedFile(at('a'), 'more than there is room for'))
    expect(failures).toMatchObject([
      { error: { message: expect.stringContaining('no space left on device') } },
    ])
    expect(staged()).toEqual([])
    room = Number.POSITIVE_INFINITY
    await publish(renderedFile(at('a'), 'more than there is room for'))
    expect(read('a')).toBe('more than there is room for')
  })

  it('leaves nothing behind where it is aborted during a validation', async () => {
    const controller = new AbortController()
    const validate = { command: ['/bin/sleep', '60'], timeoutMs: 60_000 }
    const result = publisher.publish(
      [renderedFile(at('a'), 'one', { outputValidate: validate }), renderedFile(at('b'), 'one')],
      each,
      controller.signal,
    )
    const reason = new Error('the agent stops')
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    expect(readdirSync(target.path)).toEqual(['.keyturn'])
    expect(staged()).toEqual([])
  })
})

describe('debts', () => {
  it('stay over a restart until they are settled', async () => {
    await publish(renderedFile(at('a'), 'one'))
    await reopen()
    const [debt] = publisher.debts()
    expect(debt).toMatchObject({
      notifier: 'app',
      publication: { outputs: [{ path: at('a'), first: true }] },
    })
    if (debt !== undefined) await publisher.settle(debt)
    await reopen()
    expect(publisher.debts()).toEqual([])
  })

  it('absorb earlier ones, and a process between the two publications is still told', async () => {
    await publish(renderedFile(at('a'), 'one', { version: '1' }))
    const [earlier] = publisher.debts()
    await clock.advance(5_000)
    const { publication } = await publish(
      renderedFile(at('a'), 'two', { version: '2' }),
      renderedFile(at('b'), 'one'),
    )
    expect(publisher.debts()).toMatchObject([
      {
        notifier: 'app',
        publication: {
          id: publication?.id,
          publishedUptimeMs: clock.uptime(),
          outputs: [
            { path: at('a'), versions: { 'memory:secret': '2' }, first: false },
            { path: at('b'), first: true },
          ],
        },
      },
    ])
    // The notifier that was on its way settles what it told, which is no longer what is owed.
    if (earlier !== undefined) await publisher.settle(earlier)
    expect(publisher.debts()).toHaveLength(1)
  })

  it('that the agent died with are told to all who had started before the next agent did', async () => {
    await publish(renderedFile(at('a'), 'one'))
    await clock.advance(5_000)
    await reopen()
    expect(publisher.debts()[0]?.publication.publishedUptimeMs).toBe(clock.uptime())
  })
})

describe('the complete set', () => {
  it('is remembered over a restart', async () => {
    expect(publisher.complete).toBe(false)
    await publish(renderedFile(at('a'), 'one'))
    await publisher.markComplete()
    await reopen()
    expect(publisher.complete).toBe(true)
  })

  it('is begun anew, told and published, where the state cannot be understood', async () => {
    await publish(renderedFile(at('a'), 'one'), renderedDirectory(at('tls'), { key: 'one' }))
    await publisher.markComplete()
    writeFileSync(at('.keyturn/state'), '{"format":1,')
    await reopen()
    expect(journal.lines.at(-1)).toMatchObject({ severity: 'warn', event: 'state_unreadable' })
    expect(publisher.complete).toBe(false)
    await clock.advance(120_000)
    await publisher.collect()
    expect(read('tls/key')).toBe('one')
    const { publication } = await publish(
      renderedFile(at('a'), 'one'),
      renderedDirectory(at('tls'), { key: 'one' }),
    )
    expect(publication?.outputs).toMatchObject([{ first: false }, { first: false }])
    await clock.advance(60_000)
    await publisher.collect()
    expect(generations()).toHaveLength(1)
  })
})

describe('clean-up', () => {
  it('keeps an earlier generation for a minute, over a restart from then on', async () => {
    await publish(renderedDirectory(at('tls'), { key: 'one' }))
    const pinned = join(target.path, readlinkSync(at('tls')))
    await publish(renderedDirectory(at('tls'), { key: 'two' }))
    await clock.advance(30_000)
    expect(await publisher.collect()).toBe(30_000)
    expect(readFileSync(join(pinned, 'key'), 'utf8')).toBe('one')
    await reopen()
    expect(await publisher.collect()).toBe(60_000)
    await clock.advance(60_000)
    expect(await publisher.collect()).toBeUndefined()
    expect(existsSync(pinned)).toBe(false)
    expect(read('tls/key')).toBe('two')
  })

  it('keeps it no longer for a publisher that takes the place of another in the same process', async () => {
    const retired = new Map<string, number>()
    const renew = async () => {
      await publisher.close()
      publisher = await open(undefined, retired)
    }
    await renew()
    await publish(renderedDirectory(at('tls'), { key: 'one' }))
    await publish(renderedDirectory(at('tls'), { key: 'two' }))
    await clock.advance(30_000)
    await renew()
    expect(await publisher.collect()).toBe(30_000)
    expect(generations()).toHaveLength(2)
    await clock.advance(30_000)
    await renew()
    await publisher.collect()
    expect(generations()).toHaveLength(1)
    expect(read('tls/key')).toBe('two')
  })

  it('never removes a generation that is still shown', async () => {
    await publish(renderedDirectory(at('tls'), { key: 'one' }, { mode: 0o440 }))
    chmodSync(at('tls/key'), 0o400)
    await reopen()
    await clock.advance(120_000)
    await publisher.collect()
    expect(read('tls/key')).toBe('one')
  })

  it('removes outputs that are configured no longer, and what is owed to notifiers that are not', async () => {
    await publish(
      renderedFile(at('a'), 'one'),
      renderedFile(at('b'), 'one'),
      renderedDirectory(at('tls'), { key: 'one' }),
    )
    await publisher.prune({ outputs: [at('a')], notifiers: [] })
    expect(readdirSync(target.path)).toEqual(['.keyturn', 'a'])
    expect(publisher.debts()).toEqual([])
    await clock.advance(60_000)
    await publisher.collect()
    expect(generations()).toEqual([])
    await reopen()
    expect([...publisher.published().keys()]).toEqual([at('a')])
  })

  it('does not remove what somebody has put in the place of an output', async () => {
    await publish(renderedFile(at('a'), 'one'))
    rmSync(at('a'))
    writeFileSync(at('a'), 'not ours')
    await publisher.prune({ outputs: [], notifiers: ['app'] })
    expect(read('a')).toBe('not ours')
  })

  it('knows that an output was there before, when it is configured again', async () => {
    await publish(renderedFile(at('a'), 'one'))
    await publisher.prune({ outputs: [], notifiers: ['app'] })
    expect((await publish(renderedFile(at('a'), 'two'))).publication?.outputs).toMatchObject([
      { first: false },
    ])
  })

  it('writes nothing where nothing is to be removed', async () => {
    await publish(renderedFile(at('a'), 'one'))
    const { ino } = lstatSync(at('.keyturn/state'))
    await publisher.prune({ outputs: [at('a')], notifiers: ['app'] })
    expect(lstatSync(at('.keyturn/state')).ino).toBe(ino)
  })

  it('removes at its start what a killed agent left in staging', async () => {
    mkdirSync(at('.keyturn/staging/0123-9/deep'), { recursive: true })
    writeFileSync(at('.keyturn/staging/0123-9/deep/key'), 'litter')
    writeFileSync(at('.keyturn/staging/12-a'), 'litter')
    await reopen()
    expect(staged()).toEqual([])
  })
})

describe('the state file', () => {
  it('holds nothing of a value', async () => {
    await publish(renderedFile(at('a'), 'the-value-itself'))
    const text = readFileSync(at('.keyturn/state'), 'utf8')
    expect(text).toContain(at('a'))
    expect(text).not.toContain('the-value-itself')
  })
})

import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderedOutput } from '../../src/core/output.ts'
import type { Publisher } from '../../src/core/ports.ts'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { group, owner, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'
import { createTracedFileSystem, systemError } from '../support/traced-file-system.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const never = new AbortController().signal
const clock = createVirtualClock()

let target: TmpfsDirectory
let publisher: Publisher

beforeEach(async () => {
  target = createTmpfsDirectory()
  publisher = await open()
})

afterEach(async () => {
  await publisher.close()
  target[Symbol.dispose]()
})

const at = (name: string) => join(target.path, name)
const read = (name: string) => readFileSync(at(name), 'utf8')
const names = () => readdirSync(target.path).filter(name => name !== '.keyturn')

function open(fileSystem?: FileSystem): Promise<Publisher> {
  const journal = createMemoryJournal()
  return openPublisher({ stateDirectory: at('.keyturn'), allowNonTmpfs: [], clock, journal, fileSystem })
}

async function reopen(fileSystem?: FileSystem): Promise<void> {
  await publisher.close()
  publisher = await open(fileSystem)
}

function publish(...outputs: RenderedOutput[]) {
  return publisher.publish(outputs, { allOrNothing: false, owedTo: () => ['app'] }, never)
}

/** An output `cert` that declares files with these texts. */
function certificate(version: string, further: Readonly<Record<string, string>>): RenderedOutput {
  const declared = Object.entries(further).map(([name, text]) => [at(name), text])
  return renderedFile(at('cert'), `cert ${version}`, { version, further: Object.fromEntries(declared) })
}

describe('what an output declares', () => {
  it('is put in place with it, with owner and mode, and told and shown as a part of it', async () => {
    const { publication, failures } = await publish(certificate('1', { key: 'key 1', 'sub/ca': 'ca 1' }))
    expect(failures).toEqual([])
    expect(publication?.outputs).toEqual([
      { path: at('cert'), owners: [owner], versions: { 'memory:secret': '1' }, first: true },
    ])
    expect([read('cert'), read('key'), read('sub/ca')]).toEqual(['cert 1', 'key 1', 'ca 1'])
    expect(lstatSync(at('sub/ca'))).toMatchObject({ mode: 0o100400, uid: owner, gid: group })
    expect([...publisher.published()]).toEqual([
      [at('cert'), expect.objectContaining({ further: [at('key'), at('sub/ca')] })],
    ])
  })

  it('changes alone where only that changed, which is a change of the output', async () => {
    await publish(certificate('1', { key: 'key 1' }))
    const { publication } = await publish(certificate('1', { key: 'key 2' }))
    expect(publication?.outputs).toMatchObject([{ path: at('cert'), first: false }])
    expect(read('key')).toBe('key 2')
  })

  it('changes nothing and tells nobody where all is as before, also for a new agent', async () => {
    await publish(certificate('1', { key: 'key 1' }))
    await reopen()
    expect(await publish(certificate('1', { key: 'key 1' }))).toEqual({
      publication: undefined,
      failures: [],
    })
  })

  it('keeps all as it was where one of it cannot be staged', async () => {
    await publish(certificate('1', { key: 'key 1' }))
    mkdirSync(at('ca'))
    const { publication, failures } = await publish(certificate('2', { key: 'key 2', ca: 'ca 2' }))
    expect(publication).toBeUndefined()
    expect(failures).toMatchObject([
      { path: at('cert'), error: { message: `"${at('ca')}" is a directory, and the output is a file` } },
    ])
    expect([read('cert'), read('key')]).toEqual(['cert 1', 'key 1'])
    expect(readdirSync(at('.keyturn/staging')).filter(name => !name.startsWith('lock-'))).toEqual([])
  })

  it('goes no further where one of it cannot be put in place, and is tried again as a whole', async () => {
    await publish(certificate('1', { key: 'key 1', ca: 'ca 1' }))
    let broken = true
    await reopen(
      createTracedFileSystem(({ name, args }) => {
        if (broken && name === 'rename' && args[1] === at('ca')) throw systemError('EIO', -5, 'rename')
      }),
    )
    const next = certificate('2', { key: 'key 2', ca: 'ca 2' })
    const { publication, failures } = await publish(next)
    expect(failures).toMatchObject([{ path: at('cert') }])
    expect(publication?.outputs).toMatchObject([{ path: at('cert'), first: false }])
    expect([read('key'), read('ca'), read('cert')]).toEqual(['key 2', 'ca 1', 'cert 1'])
    broken = false
    expect((await publish(next)).failures).toEqual([])
    expect([read('key'), read('ca'), read('cert')]).toEqual(['key 2', 'ca 2', 'cert 2'])
  })

  it('goes once it is declared no longer, also where another agent declared it', async () => {
    await publish(certificate('1', { key: 'key 1', ca: 'ca 1', chain: 'chain 1' }))
    await publish(certificate('1', { key: 'key 1', ca: 'ca 1' }))
    expect(names()).toEqual(['ca', 'cert', 'key'])
    await reopen()
    await publish(certificate('1', { key: 'key 1' }))
    expect(names()).toEqual(['cert', 'key'])
  })

  it('stays while another output is published, and where its own fails', async () => {
    await publish(certificate('1', { key: 'key 1' }))
    await publish(renderedFile(at('other'), 'x'))
    mkdirSync(at('ca'))
    await publish(certificate('2', { ca: 'ca 2' }))
    expect(read('key')).toBe('key 1')
  })

  it('goes with its output when that is configured no longer, and stays as long as it is', async () => {
    await publish(certificate('1', { key: 'key 1' }), renderedFile(at('other'), 'x'))
    await publisher.prune({ outputs: [at('cert'), at('other')], notifiers: ['app'] })
    expect(names()).toEqual(['cert', 'key', 'other'])
    await publisher.prune({ outputs: [at('other')], notifiers: ['app'] })
    expect(names()).toEqual(['other'])
  })

  it('passes to another output that declares the same bytes, and to the configuration', async () => {
    await publish(certificate('1', { key: 'key 1' }))
    await publish(certificate('1', {}), renderedFile(at('b'), 'b', { further: { [at('key')]: 'key 1' } }))
    expect(publisher.published().get(at('b'))?.further).toEqual([at('key')])
    expect(read('key')).toBe('key 1')
    await publish(renderedFile(at('b'), 'b', { further: {} }), renderedFile(at('key'), 'key 1'))
    expect(publisher.published().get(at('key'))?.further).toBeUndefined()
    expect(existsSync(at('key'))).toBe(true)
  })
})

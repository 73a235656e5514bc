import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderedOutput } from '../../src/core/output.ts'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { owner, renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'
import { createTracedFileSystem } from '../support/traced-file-system.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const never = new AbortController().signal

let target: TmpfsDirectory

beforeEach(() => {
  target = createTmpfsDirectory()
})

afterEach(() => target[Symbol.dispose]())

const at = (name: string) => join(target.path, name)

function open(fileSystem: FileSystem) {
  return openPublisher({
    stateDirectory: at('.keyturn'),
    allowNonTmpfs: [],
    clock: createVirtualClock(),
    journal: createMemoryJournal(),
    fileSystem,
  })
}

const outputs = (): RenderedOutput[] => [
  renderedFile(at('user'), 'user'),
  renderedFile(at('password'), 'password'),
  renderedDirectory(at('tls'), { cert: 'cert', key: 'key' }),
]

describe('the order of operations', () => {
  it('sets the mode and then the owner before a file can be reached by its name', async () => {
    const fileSystem = createTracedFileSystem()
    const publisher = await open(fileSystem)
    fileSystem.operations.length = 0
    await publisher.publish(outputs().slice(0, 1), { allOrNothing: true, owedTo: () => [] }, never)
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
    await publisher.publish(outputs(), { allOrNothing: false, owedTo: () => ['app'] }, never)
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

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigurationError, PublishError } from '../../src/core/errors.ts'
import { createFileSystem } from '../../src/publish/file-system.ts'
import { openKeptFile } from '../../src/publish/kept-file.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'

describe('the file that keeps leases', () => {
  let memory: TmpfsDirectory
  /** On another file system, where the outputs are. */
  let disk: string
  let path: string
  beforeEach(() => {
    memory = createTmpfsDirectory()
    disk = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
    path = join(memory.path, 'keep', 'leases')
  })
  afterEach(() => {
    memory[Symbol.dispose]()
    rmSync(disk, { recursive: true })
  })

  const open = (options: { directory?: string; outputs?: string[] } = {}) =>
    openKeptFile({
      fileSystem: createFileSystem(),
      directory: join(memory.path, 'keep'),
      outputs: [join(disk, 'secrets', 'password')],
      ...options,
    })

  it('is of mode 0600 in a directory of 0700, and is replaced as a whole', () => {
    const file = open()
    expect(file.read()).toBeUndefined()
    file.write('one')
    const { ino } = statSync(path)
    writeFileSync(`${path}.new`, 'left by one that was killed')
    file.write('two')
    expect(open().read()).toBe('two')
    expect(statSync(path).ino).not.toBe(ino)
    expect(statSync(path).mode & 0o7777).toBe(0o600)
    expect(statSync(join(memory.path, 'keep')).mode & 0o7777).toBe(0o700)
    expect(readdirSync(join(memory.path, 'keep'))).toEqual(['leases'])
  })

  it('is refused on a disk, and in the volume of an output, wherever in it', () => {
    expect(() => open({ directory: join(disk, 'keep'), outputs: [] })).toThrow(PublishError)
    for (const output of ['secrets/password', 'password', 'keep/password']) {
      const place = join(memory.path, output)
      expect(() => open({ outputs: [join(disk, 'other'), place] }), output).toThrow(ConfigurationError)
    }
  })

  it('is refused in a directory that others can write, or that a link leads to', () => {
    const directory = join(memory.path, 'open')
    mkdirSync(directory)
    chmodSync(directory, 0o777)
    expect(() => open({ directory })).toThrow(PublishError)
    const link = join(memory.path, 'link')
    symlinkSync(memory.path, link)
    expect(() => open({ directory: link })).toThrow(PublishError)
  })

  it('is not read where others can read it, or where it is no file', () => {
    const file = open()
    file.write('one')
    chmodSync(path, 0o640)
    expect(() => file.read()).toThrow(/is not a file of the agent's alone/)
    rmSync(path)
    symlinkSync(join(disk, 'planted'), path)
    expect(() => file.read()).toThrow(/is not a file of the agent's alone/)
    rmSync(path)
    mkdirSync(path)
    expect(() => file.read()).toThrow(/is not a file of the agent's alone/)
    expect(() => file.write('two')).toThrow(/cannot be written/)
  })
})

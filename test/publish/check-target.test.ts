import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyturnError } from '../../src/core/errors.ts'
import type { Target } from '../../src/core/output.ts'
import { prepareDirectory, prepareTarget } from '../../src/publish/check-target.ts'
import { createFileSystem } from '../../src/publish/file-system.ts'
import { renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'

const fileSystem = createFileSystem()
const isRoot = fileSystem.uid === 0
let target: TmpfsDirectory

beforeEach(() => {
  target = createTmpfsDirectory()
})

afterEach(() => target[Symbol.dispose]())

const at = (name: string) => join(target.path, name)
const rules = (...allowNonTmpfs: string[]) => ({ fileSystem, allowNonTmpfs })

function refusal(act: () => unknown): KeyturnError {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyturnError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const refusedDirectory = (path: string, ...allowed: string[]) =>
  refusal(() => prepareDirectory(path, rules(...allowed)))

describe('a directory for outputs', () => {
  it('is made, passable for others, where it is missing', () => {
    expect(prepareDirectory(at('one/two'), rules())).toMatchObject({ kind: 'directory', mode: 0o711 })
  })

  it.each([0o777, 0o775, 0o1777])('of mode %o is refused, for others can write it', mode => {
    mkdirSync(at('open'))
    chmodSync(at('open'), mode)
    const error = refusedDirectory(at('open'))
    expect(error.message).toContain(`"${at('open')}" can be written by others`)
    expect(error.hint).toContain('mode=0711')
    expect(refusedDirectory(at('open/below')).message).toBe(error.message)
  })

  it('that others can exchange, for they can write the one above it, is refused', () => {
    mkdirSync(at('open/inner'), { recursive: true })
    chmodSync(at('open'), 0o777)
    expect(refusedDirectory(at('open/inner')).message).toContain(`"${at('open')}" can be written by others`)
  })

  it('of another user is refused', context => {
    if (!isRoot) context.skip('only root can make a directory of another user')
    mkdirSync(at('theirs/inner'), { recursive: true })
    chownSync(at('theirs'), 10001, 10001)
    expect(refusedDirectory(at('theirs')).message).toBe(
      `the directory "${at('theirs')}" belongs to uid 10001, not to the agent (uid 0)`,
    )
    expect(refusedDirectory(at('theirs/inner')).message).toContain('belongs to uid 10001')
  })

  it('behind a symbolic link is refused, at any depth', () => {
    mkdirSync(at('real/inner'), { recursive: true })
    symlinkSync('real', at('link'))
    for (const path of [at('link'), at('link/inner'), at('link/inner/missing')]) {
      expect(refusedDirectory(path).message).toContain(`"${at('link')}" is a symbolic link`)
    }
  })

  it('that is a file is refused', () => {
    writeFileSync(at('file'), '')
    expect(refusedDirectory(at('file/below')).message).toBe(`"${at('file')}" is not a directory`)
  })

  it('that is not on tmpfs is refused, with the line that declares a volume, unless it is allowed by name', context => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
    try {
      if (fileSystem.typeOf(elsewhere) === fileSystem.typeOf('/dev/shm'))
        context.skip(`${tmpdir()} is on tmpfs`)
      const error = refusedDirectory(join(elsewhere, 'made'))
      expect(error.message).toContain('is not on tmpfs')
      expect(error.hint).toContain(
        '{driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: "size=1m,mode=0711',
      )
      expect(refusedDirectory(elsewhere, `${elsewhere}-not`).message).toBe(
        `"${elsewhere}" is not on tmpfs, so that secrets would be written to a disk`,
      )
      expect(prepareDirectory(join(elsewhere, 'made'), rules(elsewhere)).kind).toBe('directory')
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })
})

describe('an output’s path', () => {
  const device = () => fileSystem.lstat(target.path)?.device ?? ''
  const state = (stateDevice = device()) => ({ stateDirectory: at('.keyturn'), device: stateDevice })
  const refused = ({ output }: { output: Target }, stateDevice = device()) =>
    refusal(() => prepareTarget(output, state(stateDevice), rules()))

  it('that is a directory is refused for a file', () => {
    mkdirSync(at('a'))
    expect(refused(renderedFile(at('a'), ''))).toMatchObject({
      message: `"${at('a')}" is a directory, and the output is a file`,
      hint: expect.stringContaining('end the path in "/"'),
    })
  })

  it('that is a real directory is refused for a directory', () => {
    mkdirSync(at('tls'))
    expect(refused(renderedDirectory(at('tls'), { key: '' })).message).toBe(
      `"${at('tls')}/" is a real directory, which cannot be replaced as a whole`,
    )
  })

  it('where a volume is mounted is refused for a directory, with a path that would do', () => {
    const mounted = {
      ...fileSystem,
      lstat: (path: string) => {
        const status = fileSystem.lstat(path)
        return path === at('tls') && status !== undefined ? { ...status, device: 'another' } : status
      },
    }
    mkdirSync(at('tls'))
    const { output } = renderedDirectory(at('tls'), { key: '' })
    const error = refusal(() => prepareTarget(output, state(), { fileSystem: mounted, allowNonTmpfs: [] }))
    expect(error.message).toContain('is where a volume is mounted')
    expect(error.hint).toBe(`choose a directory below it, such as "${at('tls')}/current/"`)
  })

  it('on another file system than the state is a mistake in the configuration', () => {
    expect(refused(renderedFile(at('a'), ''), 'another')).toMatchObject({
      name: 'ConfigurationError',
      hint: expect.stringContaining('an agent of its own'),
    })
  })

  it.each(['../a', 'a/../../b', '/etc/passwd', 'a//b', '.', '', 'a\0b'])(
    'whose file is called %j is refused',
    name => {
      expect(refused(renderedDirectory(at('tls'), { [name]: '' })).message).toContain('leads out of')
    },
  )
})

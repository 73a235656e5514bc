import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderedOutput } from '../../src/core/output.ts'
import type { Publisher } from '../../src/core/ports.ts'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { owner, renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'
import { createTracedFileSystem } from '../support/traced-file-system.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const clock = createVirtualClock()
let target: TmpfsDirectory
/** A directory with a file, both somebody else's business. */
let elsewhere: TmpfsDirectory
let publisher: Publisher | undefined

beforeEach(() => {
  target = createTmpfsDirectory()
  chmodSync(target.path, 0o711)
  elsewhere = createTmpfsDirectory()
  writeFileSync(victim(), 'untouched', { mode: 0o640 })
})

afterEach(async () => {
  await publisher?.close()
  publisher = undefined
  target[Symbol.dispose]()
  elsewhere[Symbol.dispose]()
})

const at = (name: string) => join(target.path, name)
const victim = () => join(elsewhere.path, 'victim')

async function open(fileSystem?: FileSystem): Promise<Publisher> {
  const journal = createMemoryJournal()
  publisher = await openPublisher({
    stateDirectory: at('.keyturn'),
    allowNonTmpfs: [],
    clock,
    journal,
    fileSystem,
  })
  return publisher
}

async function publish(...outputs: RenderedOutput[]) {
  const agent = publisher ?? (await open())
  const options = { allOrNothing: false, owedTo: () => [] }
  return agent.publish(outputs, options, new AbortController().signal)
}

function expectUntouched(): void {
  expect(readdirSync(elsewhere.path)).toEqual(['victim'])
  expect(readFileSync(victim(), 'utf8')).toBe('untouched')
  expect(lstatSync(victim())).toMatchObject({ mode: 0o100640, uid: process.geteuid?.() })
}

function expectPublished(name: string): void {
  expect(readFileSync(at(name), 'utf8')).toBe('secret')
  expect(lstatSync(at(name))).toMatchObject({ mode: 0o100400, uid: owner, nlink: 1 })
}

describe('what is planted where an output is to be', () => {
  it('as a symbolic link is replaced and not followed (CVE-2024-1329)', async () => {
    symlinkSync(victim(), at('a'))
    symlinkSync(elsewhere.path, at('tls'))
    const { failures } = await publish(
      renderedFile(at('a'), 'secret'),
      renderedDirectory(at('tls'), { victim: 'secret' }),
    )
    expect(failures).toEqual([])
    expectPublished('a')
    expectPublished('tls/victim')
    expectUntouched()
  })

  it('as a symbolic link above it, is refused (CVE-2024-1329)', async () => {
    symlinkSync(elsewhere.path, at('app'))
    const { failures } = await publish(
      renderedFile(at('app/victim'), 'secret'),
      renderedFile(at('app/new'), 'secret'),
    )
    expect(failures.map(({ error }) => error.message)).toEqual(
      Array(2).fill(`"${at('app')}" is a symbolic link, and links above an output are not followed`),
    )
    expectUntouched()
  })

  it('as a hard link is replaced, and what it shares its bytes with stays as it is (CVE-2024-1329)', async () => {
    linkSync(victim(), at('a'))
    expect((await publish(renderedFile(at('a'), 'secret'))).failures).toEqual([])
    expectPublished('a')
    expectUntouched()
  })

  it('as a FIFO is replaced without being opened', async () => {
    execFileSync('mkfifo', [at('a')])
    expect((await publish(renderedFile(at('a'), 'secret'))).failures).toEqual([])
    expectPublished('a')
  })

  it('as a directory is refused, and the others are published', async () => {
    mkdirSync(at('a'))
    const { failures } = await publish(renderedFile(at('a'), 'secret'), renderedFile(at('b'), 'secret'))
    expect(failures).toMatchObject([{ path: at('a') }])
    expectPublished('b')
  })
})

describe('what is planted where the agent keeps its own', () => {
  it.each(['.keyturn', '.keyturn/staging', '.keyturn/generations'])(
    'as a symbolic link at %s is refused (CVE-2024-1329)',
    async name => {
      if (name !== '.keyturn') mkdirSync(at('.keyturn'), { mode: 0o711 })
      symlinkSync(elsewhere.path, at(name))
      await expect(open()).rejects.toThrow('is a symbolic link')
      expectUntouched()
    },
  )

  it.each([
    ['a symbolic link', () => symlinkSync(victim(), at('.keyturn/state'))],
    ['a FIFO', () => execFileSync('mkfifo', [at('.keyturn/state')])],
    ['a directory', () => mkdirSync(at('.keyturn/state'))],
  ])('in place of the state as %s is refused', async (_what, plant) => {
    mkdirSync(at('.keyturn'), { mode: 0o711 })
    plant()
    await expect(open()).rejects.toThrow(`"${at('.keyturn/state')}" is not a file`)
    expectUntouched()
  })

  it('under the temporary names that come next is neither followed nor in the way for long (CVE-2022-24686)', async () => {
    const agent = await open()
    for (let number = 1; number < 4; number += 1) symlinkSync(victim(), at(`.keyturn/staging/${number}-a`))
    const refused = []
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const { failures, publication } = await publish(renderedFile(at('a'), 'secret'))
      refused.push(...failures)
      if (publication !== undefined) break
    }
    expect(refused.length).toBeGreaterThan(0)
    expectPublished('a')
    expectUntouched()
    await agent.collect()
    expect(readdirSync(at('.keyturn/staging'))).toEqual([expect.stringMatching(/^lock-/)])
  })

  it('as an output is refused, by whatever template it was named (CVE-2020-8568)', async () => {
    const names = ['.keyturn', '.keyturn/state', '.keyturn/staging/a', '.keyturn/generations/a', '.keyturn/a']
    const { failures } = await publish(...names.map(name => renderedFile(at(name), 'secret')))
    expect(failures.map(({ path }) => path)).toEqual(names.map(at))
    expect(failures.at(-1)?.error.message).toBe(`"${at('.keyturn/a')}" lies where the agent keeps its state`)
  })
})

describe('a name that leads elsewhere', () => {
  it.each(['../victim', 'a/../../victim', '..', '/victim', 'a//b', './a', 'a\0b'])(
    'such as %j in a directory output is refused, and nothing is written (CVE-2020-8567, CVE-2025-62725)',
    async name => {
      const { failures } = await publish(renderedDirectory(at('tls'), { [name]: 'secret', key: 'secret' }))
      expect(failures).toMatchObject([
        { path: at('tls'), error: { message: `the file name "${name}" leads out of "${at('tls')}"` } },
      ])
      expect(readdirSync(target.path)).toEqual(['.keyturn'])
      expectUntouched()
    },
  )
})

describe('what is swapped in while an output is published', () => {
  it('at any file operation is never followed in its last component (CVE-2021-30465, CVE-2022-24686)', async () => {
    for (let attackAt = 0; ; attackAt += 1) {
      for (const name of readdirSync(target.path)) rmSync(at(name), { recursive: true })
      await open()
      await publish(renderedFile(at('a'), 'old'), renderedDirectory(at('tls'), { victim: 'old' }))
      await publisher?.close()
      let over = false
      const fileSystem = createTracedFileSystem((_operation, index) => {
        if (over || index !== attackAt) return
        for (const [name, to] of [
          ['a', victim()],
          ['tls', elsewhere.path],
        ] as const) {
          symlinkSync(to, at('planted'))
          renameSync(at('planted'), at(name))
        }
      })
      await open(fileSystem)
      await publish(renderedFile(at('a'), 'secret'), renderedDirectory(at('tls'), { victim: 'secret' }))
      expectUntouched()
      over = true
      const last = fileSystem.operations.length <= attackAt
      await publish(renderedFile(at('a'), 'secret'), renderedDirectory(at('tls'), { victim: 'secret' }))
      expectPublished('a')
      expectPublished('tls/victim')
      await publisher?.close()
      publisher = undefined
      if (last) return
    }
  })

  it('by another user fails each time, for no directory lets him (CVE-2021-30465)', async context => {
    if (process.geteuid?.() !== 0) context.skip('only root can run a process of another user')
    await open()
    const outputs = (version: number) => [
      renderedFile(at('a'), `${version}`),
      renderedFile(at('app/b'), `${version}`),
      renderedDirectory(at('tls'), { key: `${version}` }),
    ]
    await publish(...outputs(0))
    const attacker = spawn(process.execPath, ['-e', attack, target.path, victim()], {
      uid: owner,
      gid: owner,
    })
    try {
      const attempts = linesOf(attacker)
      expect(await attempts.next()).toEqual({ value: 'begins', done: false })
      for (let version = 1; version <= 200; version += 1) {
        expect((await publish(...outputs(version))).failures).toEqual([])
        // The others run too.
        await new Promise(resolve => setImmediate(resolve))
      }
      attacker.stdin?.end()
      const { tries, done } = JSON.parse((await attempts.next()).value ?? '')
      expect(done).toEqual([])
      expect(tries).toBeGreaterThan(100)
    } finally {
      attacker.kill('SIGKILL')
    }
    expectUntouched()
  })
})

/** Who owns the files, as the application does, tries to plant, move and remove in every directory there is, until its input ends. */
const attack = `
const fs = require('node:fs')
const [directory, victim] = process.argv.slice(1)
const done = new Set()
let tries = 0
const attempt = (what, act) => {
  tries += 1
  try { act(); done.add(what) } catch {}
}
const turn = () => {
  for (const inside of ['', '/app', '/.keyturn', '/.keyturn/staging', '/.keyturn/generations', '/tls']) {
    const place = directory + inside
    attempt('symlink in ' + inside, () => fs.symlinkSync(victim, place + '/planted'))
    attempt('link in ' + inside, () => fs.linkSync(directory + '/a', place + '/linked'))
    attempt('file in ' + inside, () => fs.writeFileSync(place + '/file', '', { flag: 'wx' }))
    for (const name of ['a', 'b', 'key', 'state']) {
      attempt('removal of ' + inside + '/' + name, () => fs.unlinkSync(place + '/' + name))
      attempt('move of ' + inside + '/' + name, () => fs.renameSync(place + '/' + name, place + '/moved'))
    }
  }
  attempt('move of app', () => fs.renameSync(directory + '/app', directory + '/app2'))
  attempt('removal of tls', () => fs.unlinkSync(directory + '/tls'))
  for (const name of ['state', 'staging', 'generations']) {
    attempt('reading of ' + name, () => fs.statSync(directory + '/.keyturn/' + name).isDirectory()
      ? fs.readdirSync(directory + '/.keyturn/' + name) : fs.readFileSync(directory + '/.keyturn/' + name))
  }
}
console.log('begins')
const timer = setInterval(turn, 0)
process.stdin.on('end', () => {
  clearInterval(timer)
  console.log(JSON.stringify({ tries, done: [...done] }))
}).resume()
`

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of stdout ?? []) {
    text += chunk
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 1)
    }
  }
  return undefined
}

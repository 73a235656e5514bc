import { execFileSync } from 'node:child_process'
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Provider } from '../../../src/core/ports.ts'
import { createFileProvider } from '../../../src/providers/file/file.ts'
import { createMemoryJournal } from '../../support/memory-ends.ts'
import { waitUntil } from '../../support/wait-until.ts'

let directory: string
let provider: Provider

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyturn-file-'))
  provider = createFileProvider({ type: 'file', name: 'file' }, { journal: createMemoryJournal() })
})
afterEach(async () => {
  await provider.close()
  await rm(directory, { recursive: true })
})

const signal = new AbortController().signal
const fetch = (path: string, more = {}) => provider.fetch({ provider: 'file', path, ...more }, signal)
const put = async (name: string, content: string | Uint8Array, mode = 0o400) => {
  const path = join(directory, name)
  await writeFile(`${path}.new`, content)
  await chmod(`${path}.new`, mode)
  await rename(`${path}.new`, path)
  return path
}
const contents = async (path: string) =>
  Object.fromEntries([...(await fetch(path)).fields].map(([name, { content }]) => [name, content]))

describe('a file', () => {
  it('is the one field "value", byte for byte, with its line feed', async () => {
    expect(await contents(await put('token', 'canary\n'))).toEqual({ value: 'canary\n' })
    expect(await contents(await put('token', '\ufeffcanary\r\n'))).toEqual({ value: '\ufeffcanary\r\n' })
  })

  it('has the fields of its JSON object', async () => {
    const path = await put('db.json', '{"user": "app", "port": 5432.0}\n')
    expect(await contents(path)).toEqual({ user: 'app', port: '5432.0' })
  })

  it('stays bytes where it is not UTF-8', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d])
    expect(await contents(await put('key', bytes))).toEqual({ value: bytes })
  })

  it('has a version that changes exactly with its bytes and shows none of them', async () => {
    const path = await put('token', 'one')
    const { version } = await fetch(path)
    await put('token', 'one')
    expect((await fetch(path)).version).toBe(version)
    await put('token', 'two')
    expect((await fetch(path)).version).not.toBe(version)
    const other = createFileProvider({ type: 'file', name: 'file' }, { journal: createMemoryJournal() })
    await put('token', 'one')
    expect((await other.fetch({ provider: 'file', path }, signal)).version).not.toBe(version)
  })

  it.each([
    ['does not exist', 'missing', async () => join(directory, 'nothing')],
    ['is empty, as one is that is being written', 'missing', () => put('empty', '')],
    ['is too large', 'malformed', () => put('large', Buffer.alloc(1024 * 1024 + 1))],
    ['can be read by others', 'forbidden', () => put('open', 'canary', 0o444)],
    ['is a named pipe without a writer', 'malformed', async () => makePipe()],
    ['is a device', 'malformed', async () => '/dev/zero'],
  ])('is refused where it %s', async (_case, kind, make) => {
    await expect(fetch(await make())).rejects.toMatchObject({ name: 'ProviderError', kind })
  })

  it('has no versions, stages or listing', async () => {
    const path = await put('token', 'canary')
    for (const selector of [{ version: '1' }, { stage: 'AWSCURRENT' }, { list: true as const }]) {
      await expect(fetch(path, selector)).rejects.toMatchObject({ kind: 'missing' })
    }
  })

  it('is readable to nobody who gives up or comes after the end', async () => {
    const path = await put('token', 'canary')
    await expect(
      provider.fetch({ provider: 'file', path }, AbortSignal.abort(new Error('enough'))),
    ).rejects.toThrow('enough')
    await provider.close()
    await expect(fetch(path)).rejects.toThrow('provider "file" is closed')
  })
})

describe('a directory', () => {
  it('has a field for each regular file, and none for dot files, directories and pipes', async () => {
    await put('user', 'app')
    await put('password', '{"not": "parsed"}')
    await put('.hidden', 'canary')
    await mkdir(join(directory, 'below'))
    makePipe()
    expect(await contents(directory)).toEqual({ password: '{"not": "parsed"}', user: 'app' })
  })

  it('has a version that shows what moved from one file into another', async () => {
    await put('a', 'xy')
    await put('b', 'z')
    const { version } = await fetch(directory)
    await put('a', 'x')
    await put('b', 'yz')
    expect((await fetch(directory)).version).not.toBe(version)
  })

  it('is refused where its files together are too large, or one of them may not be read', async () => {
    await put('half', Buffer.alloc(600 * 1024))
    await put('other', Buffer.alloc(600 * 1024))
    await expect(fetch(directory)).rejects.toMatchObject({ kind: 'malformed' })
    await put('other', 'canary', 0o604)
    await expect(fetch(directory)).rejects.toMatchObject({ kind: 'forbidden' })
  })

  it('is read as one generation of a Kubernetes volume, whatever is swapped meanwhile', async () => {
    const { swap, path } = await kubernetesVolume()
    await swap('0')
    for (let count = 1; count <= 200; count += 1) {
      const [{ user, password }] = await Promise.all([contents(path), swap(String(count))])
      expect(user).toBe(password)
    }
  })
})

describe('a change', () => {
  it.each([
    ['replaces the file', () => put('token', 'two')],
    ['writes it in place', () => writeInPlace('token', 'two')],
  ])('is told when one %s', async (_case, change) => {
    const path = await put('token', 'one', 0o600)
    const { version } = await fetch(path)
    const { told } = await watching(path)
    await change()
    await told
    expect((await fetch(path)).version).not.toBe(version)
  })

  it('is told of a file in a directory, and not of a neighbour of a file', async () => {
    const path = await put('token', 'one')
    let neighbour = false
    const watch = provider.watch?.({ provider: 'file', path }, () => {
      neighbour = true
    })
    const { told } = await watching(directory)
    await put('other', 'one')
    await told
    expect(neighbour).toBe(false)
    watch?.[Symbol.dispose]()
  })

  it('is told of the swap of a Kubernetes volume, for the volume and for one file of it', async () => {
    const { swap, path } = await kubernetesVolume()
    await swap('1')
    const whole = await watching(path)
    const one = await watching(join(path, 'user'))
    await swap('2')
    await Promise.all([whole.told, one.told])
  })

  it('is told again after a read has found the directory, which was not there before', async () => {
    const path = join(directory, 'volume', 'token')
    const { told } = await watching(path)
    await mkdir(join(directory, 'volume'))
    await put('volume/token', 'one')
    await fetch(path)
    await put('volume/token', 'two')
    await told
  })

  it('leaves what cannot be watched to the poll', async () => {
    const watch = provider.watch?.({ provider: 'file', path: '/nowhere/at/all' }, () => {})
    await expect(fetch('/nowhere/at/all')).rejects.toMatchObject({ kind: 'missing' })
    watch?.[Symbol.dispose]()
  })

  /** Resolves when the watch stands. */
  async function watching(path: string): Promise<{ told: Promise<void> }> {
    const told = Promise.withResolvers<void>()
    provider.watch?.({ provider: 'file', path }, told.resolve)
    await fetch(path).catch(() => undefined)
    return { told: told.promise }
  }
})

describe('a file that is mounted by itself', () => {
  it('is warned of once, since a replacement of its source does not show', async () => {
    const path = await put('token', 'one')
    const beside = await put('beside', 'one')
    const mountInfo = await put('mountinfo', mountLines('/', '/proc', path, directory))
    const journal = createMemoryJournal()
    const mounted = createFileProvider({ type: 'file', name: 'file' }, { journal, mountInfo })
    for (const each of [path, beside, directory, path])
      mounted.watch?.({ provider: 'file', path: each }, () => {})
    await waitUntil(() => journal.lines.length > 0)
    await mounted.fetch({ provider: 'file', path }, signal)
    expect(journal.lines).toMatchObject([
      { severity: 'warn', event: 'file_rotation_not_visible', fields: { provider: 'file', path } },
    ])
    await mounted.close()
  })
})

function mountLines(...points: string[]): string {
  return points.map(point => `36 35 98:0 / ${point} rw - tmpfs tmpfs rw\n`).join('')
}

function makePipe(): string {
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', ['-m', '400', path])
  return path
}

async function writeInPlace(name: string, content: string): Promise<void> {
  await truncate(join(directory, name))
  await writeFile(join(directory, name), content)
}

/** A directory as the kubelet writes it. */
async function kubernetesVolume() {
  const path = join(directory, 'volume')
  await mkdir(path)
  for (const name of ['user', 'password']) await symlink(`..data/${name}`, join(path, name))
  return {
    path,
    async swap(content: string) {
      const before = await readFile(join(path, '..data', 'user'), 'utf8').catch(() => undefined)
      await mkdir(join(path, `..${content}`))
      for (const name of ['user', 'password']) {
        await writeFile(join(path, `..${content}`, name), content, { mode: 0o400 })
      }
      await symlink(`..${content}`, join(path, '..data_tmp'))
      await rename(join(path, '..data_tmp'), join(path, '..data'))
      if (before === undefined) return
      for (const name of ['user', 'password']) await unlink(join(path, `..${before}`, name))
    },
  }
}

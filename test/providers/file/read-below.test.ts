import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileProvider } from '../../../src/providers/file/file.ts'
import { readBelow } from '../../../src/providers/file/read-below.ts'
import { createMemoryJournal } from '../../support/memory-ends.ts'

let place: string
let root: string

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-below-')))
  root = join(place, 'app')
  mkdirSync(join(root, 'sub'), { recursive: true })
  writeFileSync(join(root, 'banner'), 'hello\n')
  writeFileSync(join(place, 'outside'), 'canary')
})

afterEach(() => rmSync(place, { recursive: true }))

const read = async (name: string, below = [root], maxBytes = 100) =>
  (await readBelow(join(root, name), { below, maxBytes })).toString()

describe('a file that must lie below a directory', () => {
  it('is read whole, empty ones too', async () => {
    writeFileSync(join(root, 'sub/empty'), '')
    expect(await read('banner')).toBe('hello\n')
    expect(await read('sub/empty')).toBe('')
  })

  it('is read by links that stay below it, as those of a Kubernetes volume do, and where the directory is one', async () => {
    symlinkSync('banner', join(root, 'link'))
    symlinkSync(root, join(place, 'alias'))
    expect(await read('link')).toBe('hello\n')
    expect(
      (await readBelow(join(place, 'alias/banner'), { below: [join(place, 'alias')], maxBytes: 9 })).length,
    ).toBe(6)
  })

  it.each([
    ['a link of its own', (name: string) => symlinkSync('../outside', join(root, name))],
    ['an absolute link', (name: string) => symlinkSync(join(place, 'outside'), join(root, name))],
  ])('is refused where %s leads out', async (_how, link) => {
    link('link')
    await expect(read('link')).rejects.toMatchObject({
      kind: 'forbidden',
      message: `"${join(root, 'link')}" does not lie below ${root}`,
      hint: expect.stringContaining('read_below'),
    })
  })

  it('is refused where a directory on its way is a link that leads out, or its path does', async () => {
    symlinkSync(place, join(root, 'up'))
    await expect(read('up/outside')).rejects.toMatchObject({ kind: 'forbidden' })
    await expect(readBelow(join(place, 'outside'), { below: [root], maxBytes: 9 })).rejects.toMatchObject({
      kind: 'forbidden',
    })
    await expect(readBelow(`${root}-other/x`, { below: [root], maxBytes: 9 })).rejects.toMatchObject({
      kind: 'forbidden',
    })
  })

  it('is a file, of bounded size', async () => {
    await expect(read('sub')).rejects.toMatchObject({
      kind: 'malformed',
      message: expect.stringContaining('is not a file'),
    })
    execFileSync('mkfifo', [join(root, 'pipe')])
    await expect(read('pipe')).rejects.toMatchObject({ kind: 'malformed' })
    await expect(read('banner', [root], 5)).rejects.toMatchObject({
      message: expect.stringContaining('larger than 5 bytes'),
    })
    expect(await read('banner', [root], 6)).toBe('hello\n')
    await expect(read('absent')).rejects.toMatchObject({ kind: 'missing' })
  })
})

describe('the provider of files below directories', () => {
  it('delivers each as one text, whatever it holds, and tells of its changes', async () => {
    writeFileSync(join(root, 'data.json'), '{"a":1}')
    const provider = createFileProvider(
      { type: 'file', name: 'template file', below: [root] },
      { journal: createMemoryJournal() },
    )
    const reference = { provider: 'template file', path: join(root, 'data.json') }
    const { promise, resolve } = Promise.withResolvers<void>()
    using _watch = provider.watch?.(reference, resolve)
    const before = await provider.fetch(reference, new AbortController().signal)
    expect([...before.fields]).toEqual([['value', { content: '{"a":1}', value: '{"a":1}' }]])
    writeFileSync(join(root, 'data.json'), '')
    await promise
    const after = await provider.fetch(reference, new AbortController().signal)
    expect(after.fields.get('value')?.content).toBe('')
    expect(after.version).not.toBe(before.version)
    await expect(
      provider.fetch({ provider: 'template file', path: '/etc/hostname' }, new AbortController().signal),
    ).rejects.toMatchObject({ name: 'ProviderError', kind: 'forbidden' })
    await provider.close()
  })
})

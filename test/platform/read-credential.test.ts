import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCredentialReader } from '../../src/platform/read-credential.ts'

describe('reading a credential', () => {
  let directory: string
  let events: string[]
  let taken: Map<string, string>
  const reader = (provided: boolean) =>
    createCredentialReader(
      { record: (_severity, event) => events.push(event) },
      { providedByContainer: async () => provided, taken },
    )
  const file = async (mode: number, content = 'canary\n') => {
    const path = join(directory, 'secret_id')
    await writeFile(path, content)
    await chmod(path, mode)
    return path
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyturn-credential-'))
    events = []
    taken = new Map()
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('takes one line feed off the end and nothing else', async () => {
    expect(await reader(false).text(await file(0o400, ' a\n\n'))).toBe(' a\n')
    expect(await reader(false).text(await file(0o400, 'a\r\n'))).toBe('a')
    expect(await reader(false).bytes(await file(0o400, 'a\n'), 10)).toEqual(Buffer.from('a\n'))
  })

  it('reads the file anew each time', async () => {
    const credentials = reader(false)
    expect(await credentials.text(await file(0o400, 'one'))).toBe('one')
    expect(await credentials.text(await file(0o400, 'two'))).toBe('two')
  })

  it('takes a file away once it is read, and remembers it for other readers', async () => {
    const path = await file(0o400, 'one')
    expect(await reader(false).take(path)).toBe('one')
    await expect(reader(false).text(path)).rejects.toMatchObject({ kind: 'missing' })
    expect(await reader(false).take(path)).toBe('one')
    await file(0o400, 'two')
    expect(await reader(false).take(path)).toBe('two')
    expect(await reader(false).take(path)).toBe('two')
    expect(events).toEqual([])
    await expect(reader(false).take(`${path}.other`)).rejects.toMatchObject({ kind: 'missing' })
  })

  it('says once that a file cannot be taken away, and reads it anew each time', async () => {
    const path = '/proc/sys/kernel/hostname'
    const credentials = reader(true)
    for (let n = 0; n < 3; n += 1) expect(await credentials.take(path)).toBe(await credentials.text(path))
    expect(events).toEqual(['credential_readable_by_others', 'credential_not_removed'])
  })

  it('refuses a file that others can write, also on a mount of its own', async () => {
    const path = await file(0o602)
    await expect(reader(true).text(path)).rejects.toMatchObject({
      kind: 'forbidden',
      message: `"${path}" can be written by others (mode 0602)`,
      hint: `chmod 400 ${path}`,
    })
  })

  it('refuses a file that others can read', async () => {
    const path = await file(0o444)
    await expect(reader(false).text(path)).rejects.toMatchObject({
      kind: 'forbidden',
      message: `"${path}" can be read by others (mode 0444)`,
      hint: `chmod 400 ${path}`,
    })
    expect(events).toEqual([])
  })

  it('accepts one that the engine mounted so, and records it once', async () => {
    const credentials = reader(true)
    const path = await file(0o444)
    expect(await credentials.text(path)).toBe('canary')
    expect(await credentials.text(path)).toBe('canary')
    expect(events).toEqual(['credential_readable_by_others'])
  })

  it('asks about the file that a symlink leads to', async () => {
    const asked: string[] = []
    const link = join(directory, 'token')
    await symlink(await file(0o444), link)
    await createCredentialReader(
      { record() {} },
      { providedByContainer: async path => asked.push(path) > 0 },
    ).text(link)
    expect(asked).toEqual([join(directory, 'secret_id')])
  })

  it('tells absent, empty, oversized and other files apart', async () => {
    const credentials = reader(false)
    const path = join(directory, 'absent')
    await expect(credentials.text(path)).rejects.toMatchObject({
      kind: 'missing',
      message: `"${path}" does not exist`,
    })
    await expect(credentials.text(await file(0o400, '\n'))).rejects.toMatchObject({ kind: 'malformed' })
    await expect(credentials.bytes(await file(0o400, 'canary'), 5)).rejects.toMatchObject({
      kind: 'malformed',
      message: expect.stringContaining('larger than 5 bytes'),
    })
    const pipe = join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const other of [pipe, directory]) {
      await expect(credentials.text(other)).rejects.toMatchObject({
        kind: 'malformed',
        message: `"${other}" is not a file`,
      })
    }
  })

  it('names owner and mode of a file that it may not read', async () => {
    const open = join(directory, 'open')
    await mkdir(open)
    const path = join(open, 'role_id')
    await writeFile(path, 'canary', { mode: 0o000 })
    const module = new URL('../../src/platform/read-credential.ts', import.meta.url).href
    // As another user where the tests run as root, whom no mode keeps out.
    const program = `
      const { createCredentialReader } = await import(${JSON.stringify(module)})
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
      const failed = await createCredentialReader({ record() {} }).text(process.argv[1]).catch(error => error)
      console.log(JSON.stringify([failed.kind, failed.message, failed.hint]))`
    await chmod(directory, 0o755)
    const [kind, message, hint] = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', program, path], { encoding: 'utf8' }),
    )
    expect(kind).toBe('forbidden')
    expect(message).toBe(
      `"${path}" cannot be read: it belongs to uid ${process.getuid?.()} and has mode 0000`,
    )
    expect(hint).toMatch(/^chown \d+:\d+ .*; chmod 400 /)
  })
})

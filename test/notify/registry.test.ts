import { describe, expect, it } from 'vitest'
import { type NotifierSettings, openNotifier } from '../../src/notify/registry.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const open = (settings: NotifierSettings) =>
  openNotifier(settings, { clock: createVirtualClock(), journal: createMemoryJournal() })

const common = { on: undefined, splayMs: 0 }
const signal = { kind: 'signal', signal: 'SIGHUP', readyWithinMs: 30_000, ...common } as const
const webhook = {
  kind: 'webhook',
  secretFile: undefined,
  caFile: undefined,
  timeoutMs: 10_000,
  first: false,
  ...common,
} as const
const command = { kind: 'command', timeoutMs: 30_000, first: false, ...common } as const

const idOf = async (settings: NotifierSettings) => (await open(settings)).id

describe('a notifier', () => {
  it('is called by what it does to whom', async () => {
    expect(await idOf({ ...signal, target: { process: 'node', anyOwner: false } })).toBe('signal SIGHUP node')
    expect(await idOf({ ...signal, target: { pidFile: '/run/app.pid' } })).toBe('signal SIGHUP /run/app.pid')
    expect(await idOf({ ...signal, target: { pid: 7 } })).toBe('signal SIGHUP pid 7')
    expect(await idOf({ ...webhook, url: 'http://app:8080/reload' })).toBe('webhook http://app:8080/reload')
    expect(await idOf({ ...command, command: ['/bin/reload', '-s', 'a b'] })).toBe(
      'command /bin/reload -s "a b"',
    )
  })

  it('is another one for other outputs, in whatever order they are written', async () => {
    const target = { process: 'node', anyOwner: false }
    const id = 'signal SIGHUP node on /run/secrets/a, /run/secrets/b'
    expect(await idOf({ ...signal, target, on: ['/run/secrets/b', '/run/secrets/a'] })).toBe(id)
    expect(await idOf({ ...signal, target, on: ['/run/secrets/a', '/run/secrets/b'] })).toBe(id)
  })

  it('stays the same where only its timing changes', async () => {
    const url = 'http://app:8080/reload'
    expect(await idOf({ ...webhook, url, timeoutMs: 1, splayMs: 2, first: true })).toBe(
      await idOf({ ...webhook, url }),
    )
  })

  it('shows no query, which may hold a token, and differs by it all the same', async () => {
    const one = await idOf({ ...webhook, url: 'https://hooks.example.com/reload?token=one' })
    const two = await idOf({ ...webhook, url: 'https://hooks.example.com/reload?token=two' })
    expect(one).toMatch(/^webhook https:\/\/hooks\.example\.com\/reload\?[0-9a-f]{8}$/)
    expect(two).not.toBe(one)
  })

  it('is told of first publications as it is configured, a signal always', async () => {
    expect((await open({ ...signal, target: { pid: 7 } })).first).toBe(true)
    expect((await open({ ...command, command: ['/bin/reload'] })).first).toBe(false)
    expect((await open({ ...webhook, url: 'http://app/', first: true })).first).toBe(true)
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Provider } from '../../../src/core/ports.ts'
import { parseReference } from '../../../src/core/reference.ts'
import { kv2Answer, openVaultStub, tokenAnswer, type VaultStub } from '../../support/vault-stub.ts'
import { createVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts'

describe('a session with Vault', () => {
  let stub: VaultStub
  let clock: VirtualClock
  let provider: Provider
  beforeEach(async () => {
    stub = await openVaultStub()
    clock = createVirtualClock()
    provider = stub.open({}, clock)
    stub.answers['secret/data/x'] = kv2Answer({ a: '1' })
  })
  afterEach(() => stub[Symbol.asyncDispose]())

  const keepAlive = () => provider.keepAlive?.(new AbortController().signal)
  const read = (signal = new AbortController().signal) =>
    provider.fetch(parseReference('vault:secret/x'), signal)
  const usedToken = () => stub.requests.at(-1)?.headers['x-vault-token']
  const logIn = 'auth/cert/login'
  const renew = 'auth/token/renew-self'

  it('opens nothing before the first call', () => {
    expect(stub.requests).toEqual([])
  })

  it('gets a new token while the old one works where max_ttl cuts a renewal short', async () => {
    stub.answers[logIn] = tokenAnswer('t-1', 60)
    await keepAlive()
    stub.answers[logIn] = tokenAnswer('t-2', 60)
    stub.answers[renew] = tokenAnswer('t-1', 21)
    await clock.advance(40_000)
    expect(await keepAlive()).toBe(40_000)
    await read()
    expect(usedToken()).toBe('t-2')
  })

  it('logs in again for a token that is not renewable, and keeps the old one where that fails', async () => {
    stub.answers[logIn] = tokenAnswer('t-1', 60, false)
    await keepAlive()
    await clock.advance(40_000)
    stub.answers[logIn] = { status: 403 }
    await expect(keepAlive()).rejects.toMatchObject({ kind: 'unauthenticated' })
    await read()
    expect(usedToken()).toBe('t-1')
    stub.answers[logIn] = tokenAnswer('t-2', 60, false)
    expect(await keepAlive()).toBe(40_000)
    await read()
    expect(usedToken()).toBe('t-2')
    expect(stub.countOf(renew)).toBe(0)
  })

  it('does not log in again because the server is in trouble while it renews', async () => {
    stub.answers[logIn] = tokenAnswer('t-1', 60)
    await keepAlive()
    await clock.advance(40_000)
    stub.answers[renew] = { status: 500 }
    await expect(keepAlive()).rejects.toMatchObject({ kind: 'unavailable' })
    expect(stub.countOf(logIn)).toBe(1)
  })

  it('leaves a token without an end alone', async () => {
    stub.answers[logIn] = tokenAnswer('root', 0)
    expect(await keepAlive()).toBe(3_600_000)
    await clock.advance(3_600_000)
    expect(await keepAlive()).toBe(3_600_000)
    expect(stub.requests).toHaveLength(1)
  })

  it('follows the shortest life of a token, but does not ask all the time for one that has none', async () => {
    stub.answers[logIn] = tokenAnswer('t-1', 1)
    expect(await keepAlive()).toBeCloseTo(667, 0)
    stub.answers[logIn] = tokenAnswer('t-2', -1, false)
    await clock.advance(667)
    expect(await keepAlive()).toBe(500)
  })

  it('is told to ask again when the renewal is due, however soon that is', async () => {
    stub.answers[logIn] = tokenAnswer('t-1', 3)
    expect(await keepAlive()).toBe(2_000)
    // A clock that reads boot time in hundredths of a second may still be a little before it after such a sleep.
    await clock.advance(1_995)
    expect(await keepAlive()).toBe(5)
  })

  it('renews at a share of its own, so that agents that logged in at once drift apart', async () => {
    stub.answers[logIn] = tokenAnswer('t-1', 60)
    const waits = [0, 0.5, 1].map(drawn => {
      const other = stub.open({}, clock, () => drawn)
      return other.keepAlive?.(new AbortController().signal)
    })
    expect((await Promise.all(waits)).map(wait => Math.round(wait ?? 0))).toEqual([37_000, 40_000, 43_000])
  })

  it('keeps a login for the others when the caller that began it gives up', async () => {
    const giveUp = new AbortController()
    const first = read(giveUp.signal)
    const second = read()
    giveUp.abort(new Error('given up'))
    await expect(first).rejects.toThrow('given up')
    expect((await second).fields.get('a')?.content).toBe('1')
    expect(stub.countOf(logIn)).toBe(1)
  })

  it('shares one failed probe among all that wait for it', async () => {
    stub.answers['sys/internal/ui/mounts/secret/x'] = { status: 503 }
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => read()))
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(stub.countOf('sys/internal/ui/mounts/secret/x')).toBe(1)
    expect(stub.countOf('secret/data/x')).toBe(0)
  })

  it('looks a token up again after a while where something is still forbidden', async () => {
    stub.answers['secret/data/x'] = { status: 403 }
    stub.answers['auth/token/lookup-self'] = { body: { data: {} } }
    for (let n = 0; n < 3; n += 1) await expect(read()).rejects.toMatchObject({ kind: 'forbidden' })
    expect(stub.countOf('auth/token/lookup-self')).toBe(1)
    await clock.advance(6_000)
    await expect(read()).rejects.toMatchObject({ kind: 'forbidden' })
    expect(stub.countOf('auth/token/lookup-self')).toBe(2)
    expect(stub.countOf(logIn)).toBe(1)
  })
})

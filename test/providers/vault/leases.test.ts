import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProviderError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/ports.ts'
import { parseReference } from '../../../src/core/reference.ts'
import type { Lease } from '../../../src/core/secret.ts'
import type { VaultSettings } from '../../../src/providers/vault/settings.ts'
import {
  kv2Answer,
  openVaultStub,
  type StubAnswer,
  tokenAnswer,
  type VaultStub,
} from '../../support/vault-stub.ts'
import { createVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts'

const logIn = 'auth/cert/login'
const lookUp = 'auth/token/lookup-self'
const credentials = 'database/creds/app'
const signal = new AbortController().signal

describe('leases of Vault', () => {
  let stub: VaultStub
  let clock: VirtualClock
  let provider: Provider
  let told: string[]
  /** The tokens that the server knows. */
  let known: string[]

  const byToken = (answer: (token: string) => StubAnswer) => () => {
    const token = String(stub.requests.at(-1)?.headers['x-vault-token'])
    return known.includes(token) ? answer(token) : { status: 403 }
  }
  const open = (settings: Partial<VaultSettings> = {}) => {
    provider = stub.open(settings, clock)
    for (const path of [credentials, 'secret/x', 'secret/other']) {
      provider.watch?.(parseReference(`vault:${path}`), () => told.push(path))
    }
  }
  const obtain = (token: string, ttlSeconds = 60) => {
    known.push(token)
    stub.answers[logIn] = tokenAnswer(token, ttlSeconds)
  }
  const read = (path: string) => provider.fetch(parseReference(`vault:${path}`), signal)
  const lease = async (): Promise<Lease> => {
    const { lease } = await read(credentials)
    return lease ?? expect.unreachable()
  }
  const renew = (lease: Lease) => provider.renew?.(lease, signal)

  beforeEach(async () => {
    stub = await openVaultStub()
    clock = createVirtualClock()
    told = []
    known = []
    obtain('t-1')
    let count = 0
    stub.answers['sys/internal/ui/mounts/database/creds/app'] = {
      body: { data: { path: 'database/', type: 'database', options: null } },
    }
    stub.answers[credentials] = byToken(token => {
      count += 1
      const lease_id = `${credentials}/${token}/${count}`
      return { body: { lease_id, lease_duration: 600, renewable: true, data: { username: `u${count}` } } }
    })
    stub.answers['sys/leases/renew'] = byToken(() => ({ body: { lease_duration: 600, renewable: true } }))
    stub.answers['secret/data/x'] = byToken(() => kv2Answer({ a: '1' }))
    stub.answers[lookUp] = byToken(() => ({ body: { data: {} } }))
    open()
  })
  afterEach(() => stub[Symbol.asyncDispose]())

  it('are told to be at their end when a new token has taken the place of theirs, which lives on', async () => {
    const first = await lease()
    await read('secret/x')
    obtain('t-2')
    stub.answers['auth/token/renew-self'] = tokenAnswer('t-1', 21)
    await clock.advance(40_000)
    await provider.keepAlive?.(signal)
    expect(told).toEqual([credentials])
    await expect(renew(first)).rejects.toMatchObject({ kind: 'missing' })
    const second = await lease()
    expect(second.id).toContain('t-2')
    expect(await renew(second)).toEqual(second)
    expect(stub.countOf('auth/token/revoke-self')).toBe(0)
  })

  it('live on through renewals of their token', async () => {
    const first = await lease()
    stub.answers['auth/token/renew-self'] = tokenAnswer('t-1', 60)
    for (let n = 0; n < 5; n += 1) {
      await clock.advance(40_000)
      await provider.keepAlive?.(signal)
    }
    expect(told).toEqual([])
    expect(await renew(first)).toEqual(first)
    expect(stub.countOf(logIn)).toBe(1)
  })

  it('are told to be at their end when their token is lost', async () => {
    await lease()
    known = []
    obtain('t-2')
    await read('secret/x')
    expect(told).toEqual([credentials])
  })

  it('are not given up for a secret that the policy forbids, whether the role may look itself up or not', async () => {
    stub.answers['secret/data/other'] = { status: 403 }
    for (const mayLookUp of [true, false]) {
      open()
      if (!mayLookUp) stub.answers[lookUp] = { status: 403 }
      const first = await lease()
      obtain('t-2')
      for (let n = 0; n < 10; n += 1) {
        await expect(read('secret/other')).rejects.toMatchObject({ kind: 'forbidden' })
        await clock.advance(10_000)
      }
      expect(await renew(first), String(mayLookUp)).toEqual(first)
      expect(told).toEqual([])
    }
  })

  it('are asked for again where a role that may not look itself up has lost its token', async () => {
    stub.answers[lookUp] = { status: 403 }
    await lease()
    known = []
    obtain('t-2')
    await read('secret/x')
    expect(told).toEqual([credentials])
    expect((await lease()).id).toContain('t-2')
  })

  it('that are issued while their token is replaced are told of at once', async () => {
    await read('secret/x')
    const asked = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    stub.answers[credentials] = async () => {
      asked.resolve()
      await answered.promise
      return { body: { lease_id: 'late', lease_duration: 600, renewable: true, data: { a: '1' } } }
    }
    const issuing = lease()
    await asked.promise
    obtain('t-2')
    await clock.advance(40_000)
    stub.answers['auth/token/renew-self'] = { status: 403 }
    await provider.keepAlive?.(signal)
    expect(told).toEqual([])
    answered.resolve()
    expect((await issuing).id).toBe('late')
    expect(told).toEqual([credentials])
  })

  it('are told of also to one that watches them anew', async () => {
    await lease()
    const reference = parseReference(`vault:${credentials}`)
    provider.watch?.(reference, () => told.push('first'))[Symbol.dispose]()
    provider.watch?.(reference, () => told.push('second'))
    known = []
    obtain('t-2')
    await read('secret/x')
    expect(told).toEqual(['second'])
  })

  it('are revoked one by one, and one that has ended already is no error', async () => {
    const first = await lease()
    stub.answers['sys/leases/revoke'] = { status: 204 }
    await provider.revoke?.(first, signal)
    expect(JSON.parse(stub.requests.at(-1)?.body ?? '')).toEqual({ lease_id: first.id })
    stub.answers['sys/leases/revoke'] = { status: 400 }
    await provider.revoke?.(first, signal)
    stub.answers['sys/leases/revoke'] = { status: 500 }
    await expect(provider.revoke?.(first, signal)).rejects.toThrow(ProviderError)
  })

  it('go with all tokens at the end where on_exit says so, and stay otherwise', async () => {
    expect(provider.end).toBeUndefined()
    open({ onExit: 'revoke' })
    const first = await lease()
    obtain('t-2')
    stub.answers['auth/token/renew-self'] = tokenAnswer('t-1', 21)
    await clock.advance(40_000)
    await provider.keepAlive?.(signal)
    stub.answers['auth/token/revoke-self'] = { status: 204 }
    await provider.end?.([first], signal)
    const revoked = stub.requests.filter(({ path }) => path === 'auth/token/revoke-self')
    expect(revoked.map(({ headers }) => headers['x-vault-token']).sort()).toEqual(['t-1', 't-2'])
    expect(stub.countOf('sys/leases/revoke')).toBe(0)
  })

  it('live on with the session that another provider of the same login has remembered', async () => {
    const first = await lease()
    const remembered = provider.remember?.() ?? ''
    const adopts = () => {
      provider.resume?.(remembered)
      return provider.adopt?.(parseReference(`vault:${credentials}`), first)
    }
    open()
    expect(adopts()).toBe(true)
    expect(await renew(first)).toEqual(first)
    expect(stub.countOf(logIn)).toBe(1)
    known = []
    obtain('t-2')
    await read('secret/x')
    expect(told).toEqual([credentials])

    open({ auth: { method: 'cert', mount: 'other' } })
    expect(adopts()).toBe(false)
    open()
    await clock.advance(60_000)
    expect(adopts()).toBe(false)
    await expect(renew(first)).rejects.toMatchObject({ kind: 'missing' })
  })

  it('do not exist for static roles, which say when they rotate', async () => {
    const role = { username: 'app', password: 'p', last_vault_rotation: '2030-01-01T00:00:00Z' }
    const answer = (ttl: number) => ({ body: { data: { ...role, rotation_schedule: '0 * * * *', ttl } } })
    stub.answers['sys/internal/ui/mounts/database/static-creds/app'] = { status: 403 }
    stub.answers['database/static-creds/app'] = answer(3_599)
    const first = await read('database/static-creds/app')
    expect(first).toMatchObject({ lease: undefined, rotatesInMs: 3_599_000 })
    stub.answers['database/static-creds/app'] = answer(-2)
    expect(await read('database/static-creds/app')).toMatchObject({ rotatesInMs: 0, version: first.version })
    expect((await read('secret/x')).rotatesInMs).toBeUndefined()
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseReference } from '../../../src/core/reference.ts'
import { canary, findLeaks } from '../../support/canary.ts'
import { everythingIn } from '../../support/everything-in.ts'
import {
  kv2Answer,
  openVaultStub,
  type StubAnswer,
  tokenAnswer,
  type VaultStub,
} from '../../support/vault-stub.ts'
import { createVirtualClock } from '../../support/virtual-clock.ts'

const now = Date.parse('2030-01-01T00:00:00Z')

describe("Vault's failures", () => {
  let stub: VaultStub
  beforeEach(async () => {
    stub = await openVaultStub()
    stub.answers['auth/token/lookup-self'] = { body: { data: {} } }
  })
  afterEach(() => stub[Symbol.asyncDispose]())

  const failure = async (reference = 'vault:secret/x', provider = stub.open({}, createVirtualClock(now))) => {
    const error: unknown = await provider.fetch(parseReference(reference), new AbortController().signal).then(
      () => undefined,
      thrown => thrown,
    )
    expect(findLeaks(everythingIn(error))).toEqual([])
    return error
  }
  const errors = { errors: [canary('token')] }

  it.each<[string, StubAnswer, object]>([
    ['400', { status: 400 }, { kind: 'missing', message: 'vault answered secret/data/x with status 400' }],
    ['403', { status: 403 }, { kind: 'forbidden', message: 'vault:secret/data/x is forbidden' }],
    ['404', { status: 404 }, { kind: 'missing', message: 'vault:secret/data/x does not exist' }],
    ['412', { status: 412 }, { kind: 'unavailable' }],
    ['429', { status: 429 }, { kind: 'throttled', retryAfterMs: undefined }],
    [
      '429 with seconds',
      { status: 429, headers: { 'retry-after': '120' } },
      { kind: 'throttled', retryAfterMs: 120_000 },
    ],
    [
      '429 with a date',
      {
        status: 429,
        headers: { date: 'Tue, 01 Jan 2030 00:00:00 GMT', 'retry-after': 'Tue, 01 Jan 2030 00:00:30 GMT' },
      },
      { kind: 'throttled', retryAfterMs: 30_000 },
    ],
    ['429 with nonsense', { status: 429, headers: { 'retry-after': 'soon' } }, { retryAfterMs: undefined }],
    ['472', { status: 472 }, { kind: 'unavailable' }],
    ['473', { status: 473 }, { kind: 'unavailable' }],
    [
      '500',
      { status: 500 },
      { kind: 'unavailable', message: 'vault answered secret/data/x with status 500' },
    ],
    [
      '503 with Retry-After',
      { status: 503, headers: { 'retry-after': '5' } },
      { kind: 'unavailable', retryAfterMs: 5_000 },
    ],
    [
      '503 of a sealed one',
      { status: 503, body: { errors: ['Vault is sealed'] } },
      { kind: 'sealed', message: 'vault is sealed' },
    ],
    ['half an answer', { body: `{"data":{"a":"${canary('token')}` }, { kind: 'malformed' }],
    ['a list', { body: '[]' }, { kind: 'malformed' }],
    [
      'HTML',
      { body: '<html>' },
      { kind: 'malformed', message: 'vault answered secret/data/x with something else than a JSON object' },
    ],
    [
      'an answer without a version',
      { body: { data: { data: { a: canary('token') } } } },
      { kind: 'malformed' },
    ],
    ['a large answer', { body: canary('token').repeat(10_000) }, { kind: 'malformed' }],
  ])('say what %s means', async (_name, answer, expected) => {
    stub.answers['secret/data/x'] = { body: errors, ...answer }
    expect(await failure()).toMatchObject(expected)
  })

  it.each<[string, StubAnswer, object]>([
    ['400', { status: 400 }, { kind: 'unauthenticated', message: 'vault refused the login by cert' }],
    ['401', { status: 401 }, { kind: 'unauthenticated' }],
    ['403', { status: 403 }, { kind: 'unauthenticated' }],
    ['404', { status: 404 }, { kind: 'unauthenticated' }],
    ['429', { status: 429, headers: { 'retry-after': '3' } }, { kind: 'throttled', retryAfterMs: 3_000 }],
    ['500', { status: 500 }, { kind: 'unavailable' }],
    ['503 of a sealed one', { status: 503, body: '{"errors":["Vault is sealed"]}' }, { kind: 'sealed' }],
    ['an answer without a token', { body: { auth: null } }, { kind: 'malformed' }],
  ])('say what %s means at the login', async (_name, answer, expected) => {
    stub.answers['auth/cert/login'] = { body: errors, ...answer }
    expect(await failure()).toMatchObject(expected)
  })

  it('keep every request back until Retry-After has passed, by the clock of whoever asked for it', async () => {
    const clock = createVirtualClock()
    const provider = stub.open({}, clock)
    await provider.keepAlive?.(new AbortController().signal)
    const sent = stub.requests.length
    stub.answers['secret/data/x'] = {
      status: 429,
      headers: { date: 'Tue, 01 Jan 2030 00:00:00 GMT', 'retry-after': 'Tue, 01 Jan 2030 00:00:30 GMT' },
    }
    expect(await failure('vault:secret/x', provider)).toMatchObject({ retryAfterMs: 30_000 })
    const withProbe = sent + 2
    await clock.advance(29_000)
    expect(await failure('vault:secret/y', provider)).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 1_000,
    })
    expect(stub.requests).toHaveLength(withProbe)
    stub.answers['secret/data/x'] = kv2Answer({ a: 'x' })
    await clock.advance(1_000)
    await provider.fetch(parseReference('vault:secret/x'), new AbortController().signal)
    expect(stub.requests).toHaveLength(withProbe + 1)
  })

  it('name the host of a redirect, which is not followed with a token', async () => {
    await using elsewhere = await openVaultStub()
    stub.answers['secret/data/x'] = {
      status: 307,
      headers: { location: `${elsewhere.address}/v1/${canary('token')}` },
    }
    expect(await failure()).toMatchObject({
      kind: 'unavailable',
      hint: `it redirects to ${new URL(elsewhere.address).host}, and no redirect is followed with a token: configure the address of the active node`,
    })
    expect(elsewhere.requests).toEqual([])
  })

  it('say that nobody listens, with host and port', async () => {
    const address = 'http://127.0.0.1:1'
    expect(await failure('vault:secret/x', stub.open({ address }))).toMatchObject({
      kind: 'unreachable',
      message: 'vault: no connection to 127.0.0.1:1 (ECONNREFUSED)',
    })
  })

  it('refuse a path that a URL would shorten', async () => {
    for (const path of ['secret/../sys/mounts', 'secret/./x', '..']) {
      expect(await failure(`vault:${path}`)).toMatchObject({ kind: 'missing' })
    }
    expect(stub.requests.filter(({ path }) => path.includes('sys/mounts'))).toEqual([])
  })

  it('show neither a token nor a value in a transport that breaks', async () => {
    stub.answers['auth/cert/login'] = tokenAnswer(canary('token'), 60)
    stub.answers['secret/data/x'] = kv2Answer({ a: 'x' })
    const provider = stub.open()
    await provider.fetch(parseReference('vault:secret/x'), new AbortController().signal)
    const closing = failure('vault:secret/x', provider)
    await provider.close()
    expect(await closing).toMatchObject({ kind: 'unreachable' })
  })
})

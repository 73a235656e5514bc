import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.ts'
import type { Output } from '../../src/core/output.ts'
import { fieldsOfText, type Lease } from '../../src/core/secret.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { openHouse } from '../support/agent-house.ts'

const writeKey = Buffer.alloc(32, 'of this test')
const hourMs = 3_600_000
const dayMs = 24 * hourMs

async function templateOutput(path: string, text: string): Promise<Output> {
  const renderer = await compileTemplate(text, {
    name: path,
    dot: new Map(),
    secretProvider: 'memory',
    writeKey,
  })
  return { path, kind: 'file', files: [{ name: '', mode: 0o400, owner: 1, group: 1, renderer }] }
}

const certificateOf = (name: string) =>
  `{{ with secret "issue" ${name} }}{{ .Data.name }}-{{ .Data.serial }}{{ end }}`

/** A house whose outputs are templates, and whose backend has writes at `issue` that answer their name and a serial number. */
async function openIssuer(
  templates: Readonly<Record<string, string>>,
  { lease, ...settings }: { lease?: Omit<Lease, 'id'>; startTimeoutMs?: number; revokeAfterMs?: number } = {},
) {
  const outputs = await Promise.all(
    Object.entries(templates).map(([path, text]) => templateOutput(path, text)),
  )
  const house = openHouse(outputs, settings)
  const { clock, provider, publisher } = house
  const issued: { name: string | undefined; at: number }[] = []
  provider.answer('issue', ({ write }) => {
    const name = write?.parameters.get('name')
    issued.push({ name, at: clock.now() })
    const serial = issued.length
    return {
      fields: fieldsOfText(JSON.stringify({ name, serial })),
      version: `serial-${serial}`,
      lease: lease && { ...lease, id: lease.renewable ? `lease-${serial}` : '' },
    }
  })
  const published = (content: string, path = '/s/a') =>
    clock.until(() => publisher.files.get(path) === content, dayMs)
  return { ...house, issued, published }
}

describe('a write', () => {
  it('is made once for all outputs that ask for it with equal parameters', async () => {
    const { start, published, issued } = await openIssuer({
      '/s/a': certificateOf('"name=app" "ttl=1h"'),
      '/s/b': `b:${certificateOf('"ttl=1h" "name=app"')}`,
      '/s/c': certificateOf('"name=other"'),
    })
    start()
    await published('app-1')
    await published('b:app-1', '/s/b')
    await published('other-2', '/s/c')
    expect(issued.map(({ name }) => name)).toEqual(['app', 'other'])
  })

  it('is made neither again per render, nor per poll, nor because of its group', async () => {
    const { clock, provider, start, published, issued, agent } = await openIssuer({
      '/s/a': `${certificateOf('"name=app"')} {{ with secret "kv" }}{{ .Data.value }}{{ end }}`,
    })
    provider.put('kv', '0')
    start()
    await published('app-1 0')
    for (let n = 1; n <= 20; n += 1) {
      provider.put('kv', `${n}`)
      await published(`app-1 ${n}`)
    }
    await clock.advance(7 * dayMs)
    expect(issued).toHaveLength(1)
    expect(agent.status().ready).toBe(true)
    expect(agent.status().secrets.find(({ reference }) => reference.includes('?write='))).toMatchObject({
      stale: false,
      nextFetchAt: undefined,
      maxStaleMs: undefined,
      leaseExpiresAt: undefined,
    })
  })

  it('is not made twice where another of its group rotates while it is under way', async () => {
    const { clock, provider, start, published, issued } = await openIssuer({
      '/s/a': `{{ with secret "kv" }}{{ .Data.value }}{{ end }} ${certificateOf('"name=app"')}`,
    })
    provider.put('kv', '0')
    provider.delay('issue', 90_000)
    start()
    await clock.advance(5_000)
    provider.put('kv', '1')
    await published('1 app-1')
    await clock.advance(10 * 60_000)
    expect(issued).toHaveLength(1)
  })

  it('survives a rendering that fails', async () => {
    const { clock, provider, start, published, issued, journal } = await openIssuer({
      '/s/a': `{{ $n := (secret "kv").Data.value }}${certificateOf('"name=app"')} {{ $n }}`,
    })
    provider.put('kv', '0')
    start()
    await published('app-1 0')
    provider.put('kv', '{"other":"1"}')
    await clock.until(() => journal.lines.some(({ event }) => event === 'render_failed'))
    provider.put('kv', '2')
    await published('app-1 2')
    expect(issued).toHaveLength(1)
  })

  it('survives a rendering that waits for something else', async () => {
    const inner = certificateOf('"name=app"')
    const { clock, provider, start, published, issued } = await openIssuer({
      '/s/a': `{{ with secret (printf "kv%s" (secret "which").Data.value) }}{{ .Data.value }} ${inner}{{ end }}`,
    })
    provider.put('which', '1')
    provider.put('kv1', 'one')
    start()
    await published('one app-1')
    provider.put('which', '2')
    await clock.advance(10 * 60_000)
    provider.put('kv2', 'two')
    await published('two app-1')
    expect(issued).toHaveLength(1)
  })

  it('is made anew for changed parameters; the one before stays published until then, and is forgotten', async () => {
    const { clock, provider, publisher, start, published, issued, agent } = await openIssuer({
      '/s/a': certificateOf('(print "name=" (secret "kv").Data.value)'),
    })
    provider.put('kv', 'app')
    start()
    await published('app-1')
    provider.fail('issue', new ProviderError('unavailable', 'memory is down'))
    provider.put('kv', 'other')
    await clock.advance(5 * 60_000)
    expect(publisher.files.get('/s/a')).toBe('app-1')
    provider.fail('issue', undefined)
    await published('other-2')
    expect(agent.status().secrets).toHaveLength(2)
    provider.put('kv', 'app')
    await published('app-3')
    expect(issued.map(({ name }) => name)).toEqual(['app', 'other', 'app'])
  })

  it('with a lease that changed parameters have replaced is revoked once its successor is published', async () => {
    const lease = { ttlMs: hourMs, renewable: true }
    const { clock, provider, start, published } = await openIssuer(
      { '/s/a': certificateOf('(print "name=" (secret "kv").Data.value)') },
      { lease },
    )
    provider.put('kv', 'app')
    start()
    await published('app-1')
    provider.put('kv', 'other')
    await published('other-2')
    await clock.until(() => provider.revocations.length > 0)
    expect(provider.revocations.map(({ id }) => id)).toEqual(['lease-1'])
  })

  it('is kept over a new configuration, where it is asked for at once or only later', async () => {
    const { clock, provider, publisher, start, published, issued, end, follow } = await openIssuer({
      '/s/a': certificateOf('"name=app"'),
      '/s/b': `{{ with secret (print "k" "v") }}{{ .Data.value }} ${certificateOf('"name=b"')}{{ end }}`,
    })
    provider.put('kv', 'v')
    start()
    await published('app-1')
    await published('v b-2', '/s/b')
    end.abort()
    publisher.files.clear()
    const outputs = await Promise.all([
      templateOutput('/s/a', certificateOf('"name=app"')),
      templateOutput('/s/c', `{{ with secret (print "k" "v") }}c ${certificateOf('"name=b"')}{{ end }}`),
    ])
    follow({ outputs })
    await published('app-1')
    await published('c b-2', '/s/c')
    await clock.advance(dayMs)
    expect(issued).toHaveLength(2)
  })

  it('that is refused is tried again as seldom as others, and ends a first start with its own error', async () => {
    const { clock, provider, start } = await openIssuer({ '/s/a': certificateOf('"name=app"') })
    provider.fail('issue', new ProviderError('missing', 'memory answered issue with status 400'))
    const ended = start()
    await clock.advance(59_000)
    expect(provider.requests.length).toBeLessThan(20)
    await clock.advance(2_000)
    await expect(ended).rejects.toThrow('memory answered issue with status 400')
  })

  it('is made anew by a refresh only where it is named', async () => {
    const { clock, start, published, issued, agent } = await openIssuer({
      '/s/a': certificateOf('"name=app"'),
    })
    start()
    await published('app-1')
    const refresh = async (names: string[]) => {
      let done = false
      const refreshed = agent.refresh(names).then(() => {
        done = true
      })
      await clock.until(() => done)
      return refreshed
    }
    await refresh([])
    expect(issued).toHaveLength(1)
    await refresh(agent.status().secrets.map(({ reference }) => reference))
    await published('app-2')
  })
})

describe('a write that ends', () => {
  it('is made anew, published and told before that, over and over', async () => {
    const ttlMs = 9 * hourMs
    const { notifier, start, published, issued, agent } = await openIssuer(
      { '/s/a': certificateOf('"name=app"'), '/s/b': certificateOf('"name=app"') },
      { lease: { ttlMs, renewable: false } },
    )
    start()
    for (let serial = 1; serial <= 10; serial += 1) await published(`app-${serial}`)
    const gaps = issued.slice(1).map(({ at }, n) => at - (issued[n]?.at ?? 0))
    for (const gap of gaps) {
      expect(gap).toBeGreaterThan(ttlMs * 0.6)
      expect(gap).toBeLessThan(ttlMs * 0.75)
    }
    expect(notifier.told).toHaveLength(9)
    expect(agent.status()).toMatchObject({ ready: true, secrets: [{ leaseExpiresAt: expect.any(Number) }] })
  })

  it('is renewed instead where its lease can be', async () => {
    const { clock, provider, start, published, issued } = await openIssuer(
      { '/s/a': certificateOf('"name=app"') },
      { lease: { ttlMs: hourMs, renewable: true } },
    )
    start()
    await published('app-1')
    await clock.advance(dayMs)
    expect(issued).toHaveLength(1)
    expect(provider.renewals.length).toBeGreaterThan(24)
  })

  it('makes the agent unready only once it has ended', async () => {
    const { clock, provider, start, published, agent } = await openIssuer(
      { '/s/a': certificateOf('"name=app"') },
      { lease: { ttlMs: hourMs, renewable: false } },
    )
    start()
    await published('app-1')
    provider.failAll(new ProviderError('unavailable', 'memory is down'))
    await clock.advance(0.95 * hourMs)
    expect(agent.status().ready).toBe(true)
    await clock.advance(0.1 * hourMs)
    expect(agent.status().ready).toBe(false)
    provider.failAll(undefined)
    await published('app-2')
    expect(agent.status().ready).toBe(true)
  })

  it('at once is made anew no more often than each second', async () => {
    const { clock, start, published, issued } = await openIssuer(
      { '/s/a': certificateOf('"name=app"') },
      { lease: { ttlMs: 0, renewable: false } },
    )
    start()
    await published('app-1')
    await clock.advance(10_000)
    expect(issued.length).toBeLessThanOrEqual(11)
  })
})

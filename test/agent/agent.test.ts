import { describe, expect, it } from 'vitest'
import { ConfigurationError, ProviderError } from '../../src/core/errors.ts'
import type { Output, Renderer } from '../../src/core/output.ts'
import { parseReference } from '../../src/core/reference.ts'
import { openHouse } from '../support/agent-house.ts'
import { outputOf } from '../support/memory-ends.ts'

describe('a first start', () => {
  it('publishes nothing before every secret has arrived, then all at once', async () => {
    const { clock, provider, publisher, start, agent } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    start()
    await clock.advance(5_000)
    expect([...publisher.files]).toEqual([])
    provider.put('b', 'two')
    await clock.until(() => publisher.files.size > 0)
    expect(publisher.publications.map(({ outputs }) => outputs.map(({ path }) => path))).toEqual([
      ['/s/a', '/s/b'],
    ])
    await agent.complete
    expect(agent.status()).toMatchObject({ published: true, ready: true })
  })

  it('waits for a secret that answers long after the others', async () => {
    const { clock, provider, publisher, start } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'two')
    provider.delay('b', 5_000)
    start()
    await clock.until(() => publisher.complete, 5_001)
    expect(provider.requests).toHaveLength(2)
  })

  it('makes one read per secret, whatever number of outputs uses it', async () => {
    const { clock, provider, start, publisher } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:a', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    expect(provider.requests.map(({ path }) => path).sort()).toEqual(['a', 'b'])
  })

  it('bears an unreachable backend without end', async () => {
    const { clock, provider, publisher, start } = openHouse([outputOf('/s/a', 'memory:a')])
    provider.put('a', 'one')
    provider.failAll(new ProviderError('unreachable', 'memory does not answer'))
    start()
    await clock.advance(3_600_000)
    expect(publisher.complete).toBe(false)
    provider.failAll(undefined)
    await clock.until(() => publisher.complete, 6_000)
  })

  it('ends with the secret’s own error once start_timeout is over', async () => {
    const { clock, start } = openHouse([outputOf('/s/a', 'memory:nowhere')])
    const ended = start()
    await clock.advance(61_000)
    await expect(ended).rejects.toThrow('memory:nowhere does not exist')
  })

  it('leaves out the output of an optional secret that does not exist, and publishes it when it comes', async () => {
    const { clock, provider, publisher, start } = openHouse(
      [outputOf('/s/a', 'memory:a'), outputOf('/s/b', 'memory:b')],
      {
        optional: ['b'],
      },
    )
    provider.put('a', 'one')
    start()
    await clock.until(() => publisher.complete)
    expect([...publisher.files.keys()]).toEqual(['/s/a'])
    provider.put('b', 'two')
    await clock.until(() => publisher.files.has('/s/b'), 61_000)
  })

  it('leaves such a file out of a directory, and adds it when its secret comes', async () => {
    const [a, b] = ['a', 'b'].map(name => ({ ...outputOf('', `memory:${name}`).files[0], name }))
    const files = [a, b].filter(file => file !== undefined) as Output['files']
    const { clock, provider, publisher, start } = openHouse([{ path: '/s/d', kind: 'directory', files }], {
      optional: ['b'],
    })
    provider.put('a', 'one')
    start()
    await clock.until(() => publisher.complete)
    expect(publisher.files.get('/s/d')).toBe('one')
    provider.put('b', 'two')
    await clock.until(() => publisher.files.get('/s/d') === 'one\ntwo', 61_000)
  })

  it('asks a backend in trouble by one request at a time, however many secrets are configured', async () => {
    const outputs = Array.from({ length: 100 }, (_, n) => outputOf(`/s/${n}`, `memory:${n}`))
    const { clock, provider, start } = openHouse(outputs)
    provider.failAll(new ProviderError('sealed', 'memory is sealed'))
    start()
    await clock.advance(0)
    const atStart = provider.requests.length
    await clock.advance(60_000)
    const seconds = 60
    expect(provider.requests.length - atStart).toBeLessThan(seconds)
  })

  it('asks nobody before Retry-After has passed', async () => {
    const { clock, provider, start } = openHouse([outputOf('/s/a', 'memory:a'), outputOf('/s/b', 'memory:b')])
    provider.failAll(new ProviderError('throttled', 'memory is busy', { retryAfterMs: 30_000 }))
    start()
    await clock.advance(29_999)
    expect(provider.requests).toHaveLength(1)
  })
})

describe('a rotation', () => {
  it('renders and publishes only the outputs that use the secret, and notifies once', async () => {
    const { clock, provider, publisher, notifier, start } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    expect(notifier.told).toEqual([])
    provider.put('a', 'three')
    await clock.until(() => notifier.told.length > 0, 61_000)
    expect(publisher.files.get('/s/a')).toBe('three')
    expect(publisher.publications[1]?.outputs.map(({ path }) => path)).toEqual(['/s/a'])
    await clock.advance(300_000)
    expect(notifier.told).toHaveLength(1)
  })

  it('publishes two secrets that rotate within 50 ms together, at whatever moment of the round', async () => {
    for (let offset = 0; offset <= 60; offset += 3) {
      const { clock, provider, publisher, notifier, start } = openHouse(
        [outputOf('/s/user', 'memory:user'), outputOf('/s/password', 'memory:password')],
        { refreshMs: 1_000 },
      )
      provider.put('user', 'u1')
      provider.put('password', 'p1')
      start()
      await clock.until(() => publisher.complete)
      // So slow that a rotation falls before, between and after the two answers.
      provider.delay('user', 5)
      provider.delay('password', 5)
      await clock.advance(950 + offset)
      provider.put('user', 'u2')
      await clock.advance(50)
      provider.put('password', 'p2')
      await clock.until(() => notifier.told.length > 0, 3_000)
      expect([...publisher.files.values()]).toEqual(['u2', 'p2'])
      await clock.advance(5_000)
      expect(notifier.told, `offset ${offset}`).toHaveLength(1)
    }
  })

  it('does not wait longer than settle for a member that hangs', async () => {
    const { clock, provider, publisher, start } = openHouse(
      [outputOf('/s/a', 'memory:a'), outputOf('/s/b', 'memory:b')],
      {
        refreshMs: 1_000,
      },
    )
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    provider.delay('b', 3_600_000)
    await clock.advance(3_000)
    provider.put('a', 'three')
    await clock.until(() => publisher.files.get('/s/a') === 'three', 1_000 + 2 * 100 + 1)
  })

  it('publishes a secret alone in its group at once', async () => {
    const { clock, provider, publisher, start } = openHouse([outputOf('/s/a', 'memory:a')], {
      refreshMs: 1_000,
      notifiers: [],
    })
    provider.put('a', 'one')
    start()
    await clock.until(() => publisher.complete)
    provider.put('a', 'two')
    const before = provider.requests.length
    await clock.until(() => publisher.files.get('/s/a') === 'two', 1_000)
    expect(provider.requests.length - before).toBe(1)
  })

  it('keeps the last good file while the secret is refused, and other outputs go on', async () => {
    const { clock, provider, publisher, start, agent } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    provider.fail('a', new ProviderError('forbidden', 'memory:a is forbidden'))
    provider.put('b', 'three')
    await clock.advance(120_000)
    expect([...publisher.files]).toEqual([
      ['/s/a', 'one'],
      ['/s/b', 'three'],
    ])
    expect(agent.status().secrets.find(({ reference }) => reference === 'memory:a')).toMatchObject({
      lastError: 'memory:a is forbidden',
      stale: false,
    })
  })

  it('turns readiness red past max_stale, and green again', async () => {
    const { clock, provider, start, agent, publisher } = openHouse([outputOf('/s/a', 'memory:a')])
    provider.put('a', 'one')
    start()
    await clock.until(() => publisher.complete)
    provider.failAll(new ProviderError('unavailable', 'memory is down'))
    await clock.advance(14 * 60_000)
    expect(agent.status().ready).toBe(true)
    await clock.advance(2 * 60_000)
    expect(agent.status()).toMatchObject({ published: true, ready: false })
    provider.failAll(undefined)
    await clock.advance(6_000)
    expect(agent.status().ready).toBe(true)
  })

  it('is tried again where it could not be published', async () => {
    const { clock, provider, publisher, start, agent } = openHouse([outputOf('/s/a', 'memory:a')])
    provider.put('a', 'one')
    start()
    await clock.until(() => publisher.complete)
    publisher.failNext = new Error('no space left')
    provider.put('a', 'two')
    await clock.until(() => agent.status().outputs[0]?.lastError === 'no space left', 61_000)
    await clock.until(() => publisher.files.get('/s/a') === 'two', 31_000)
    expect(agent.status().outputs[0]?.lastError).toBeUndefined()
  })
})

describe('a publication that takes long', () => {
  it('holds up nothing that another secret feeds, and ends with the latest content', async () => {
    const { clock, provider, publisher, start } = openHouse(
      [outputOf('/s/a', 'memory:a'), outputOf('/s/b', 'memory:b')],
      { refreshMs: 1_000, notifiers: [] },
    )
    provider.put('a', 'one')
    provider.put('b', 'one')
    start()
    await clock.until(() => publisher.complete)
    publisher.delays.set('/s/a', 10_000)
    provider.put('a', 'two')
    await clock.advance(1_500)
    for (const value of ['two', 'three', 'four']) {
      provider.put('a', value)
      provider.put('b', value)
      await clock.until(() => publisher.files.get('/s/b') === value, 2_000)
      expect(publisher.files.get('/s/a')).toBe('one')
    }
    await clock.until(() => publisher.files.get('/s/a') === 'four', 20_000)
  })

  it('and fails goes apart from the others from then on', async () => {
    const { clock, provider, publisher, start, agent } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'one')
    start()
    await clock.until(() => publisher.complete)
    publisher.failNext = new Error('not valid')
    provider.put('a', 'two')
    await clock.until(() => agent.status().outputs[0]?.lastError !== undefined, 61_000)
    publisher.delays.set('/s/a', 3_600_000)
    provider.put('b', 'two')
    await clock.until(() => publisher.files.get('/s/b') === 'two', 61_000)
    expect(publisher.files.get('/s/a')).toBe('one')
  })

  it('is over before the agent ends', async () => {
    const { clock, provider, publisher, start, end } = openHouse([outputOf('/s/a', 'memory:a')])
    provider.put('a', 'one')
    const ended = start()
    await clock.until(() => publisher.complete)
    publisher.delays.set('/s/a', 3_600_000)
    provider.put('a', 'two')
    await clock.advance(70_000)
    end.abort()
    await ended
    expect(publisher.files.get('/s/a')).toBe('one')
  })
})

describe('a notification', () => {
  it('that fails is tried again on its own, and shows in the status meanwhile', async () => {
    const { clock, provider, publisher, notifier, start, agent } = openHouse([outputOf('/s/a', 'memory:a')])
    provider.put('a', 'one')
    start()
    await clock.until(() => publisher.complete)
    notifier.failure = new Error('nobody listens')
    provider.put('a', 'two')
    await clock.until(() => agent.status().notifiers[0]?.failures === 3, 120_000)
    expect(agent.status().notifiers[0]).toMatchObject({
      lastError: 'nobody listens',
      owedSince: expect.any(Number),
    })
    expect(agent.status().ready).toBe(true)
    notifier.failure = undefined
    await clock.until(() => notifier.told.length === 1, 61_000)
    expect(agent.status().notifiers[0]).toMatchObject({
      owedSince: undefined,
      failures: 0,
      lastError: undefined,
    })
  })
})

describe('a template that asks for more', () => {
  it('is rendered once what it asked for has arrived, and again when that rotates', async () => {
    const first = parseReference('memory:first')
    const renderer: Renderer = {
      references: [first],
      render(read) {
        const name = read(first)
        if (!name) return { missing: [first] }
        const second = parseReference(`memory:${String(name.fields.get('value')?.content)}`)
        const secret = read(second)
        if (!secret) return { missing: [second] }
        return { content: String(secret.fields.get('value')?.content), used: [first, second] }
      },
    }
    const output: Output = {
      path: '/s/a',
      kind: 'file',
      files: [{ name: '', mode: 0o400, owner: 1, group: 1, renderer }],
    }
    const { clock, provider, publisher, start } = openHouse([output])
    provider.put('first', 'second')
    provider.put('second', 'found')
    start()
    await clock.until(() => publisher.files.get('/s/a') === 'found', 1_000)
    provider.put('second', 'rotated')
    await clock.until(() => publisher.files.get('/s/a') === 'rotated', 61_000)
    provider.put('third', 'other')
    provider.put('first', 'third')
    await clock.until(() => publisher.files.get('/s/a') === 'other', 61_000)
    const before = provider.requests.length
    await clock.advance(300_000)
    expect(provider.requests.slice(before).some(({ path }) => path === 'second')).toBe(false)
  })
})

describe('a refresh', () => {
  it('reads now, and resolves when what rotated is published', async () => {
    const { clock, provider, publisher, start, agent } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'two')
    start()
    await clock.until(() => publisher.complete)
    provider.put('a', 'three')
    let done = false
    agent.refresh(['a']).then(() => {
      done = true
    })
    await clock.until(() => done, 1_000)
    expect(publisher.files.get('/s/a')).toBe('three')
  })

  it('of an unknown name is refused', async () => {
    const { agent } = openHouse([outputOf('/s/a', 'memory:a')])
    await expect(agent.refresh(['b'])).rejects.toThrow(ConfigurationError)
  })
})

describe('a new configuration in the same process', () => {
  it('reads again nothing that is known, and removes the output that is configured no longer', async () => {
    const { clock, provider, publisher, start, end, follow } = openHouse([
      outputOf('/s/a', 'memory:a'),
      outputOf('/s/b', 'memory:b'),
    ])
    provider.put('a', 'one')
    provider.put('b', 'two')
    const ended = start()
    await clock.until(() => publisher.complete)
    end.abort()
    await ended
    follow({ outputs: [outputOf('/s/a', 'memory:a'), outputOf('/s/c', 'memory:b')] })
    await clock.until(() => publisher.files.has('/s/c'), 1_000)
    expect([...publisher.files.keys()]).toEqual(['/s/a', '/s/c'])
    expect(provider.requests).toHaveLength(2)
  })
})

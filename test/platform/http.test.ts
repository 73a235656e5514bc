import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createHttpClient, type HttpRequest, type HttpSettings } from '../../src/platform/http.ts'
import { canary, findLeaks } from '../support/canary.ts'
import { everythingIn } from '../support/everything-in.ts'
import { openHttpStub } from '../support/http-stub.ts'
import { waitUntil } from '../support/wait-until.ts'

const open = (settings: Partial<HttpSettings> = {}) => {
  const client = createHttpClient({ maxConnections: 10, timeoutMs: 5_000, maxBytes: 10_000, ...settings })
  onTestFinished(() => client.close())
  const request = (url: string, more: Partial<HttpRequest> = {}) =>
    client.request({ method: 'GET', url, signal: new AbortController().signal, ...more })
  return { client, request }
}

/** The error of a request that carries secrets wherever it can, after a look at everything in it. */
const failure = async (request: ReturnType<typeof open>['request'], url: string): Promise<unknown> => {
  const error: unknown = await request(`${url}/${canary('path')}`, {
    method: 'POST',
    headers: { 'x-vault-token': canary('header') },
    body: canary('body'),
  }).then(
    () => undefined,
    thrown => thrown,
  )
  expect(findLeaks(everythingIn(error))).toEqual([])
  return error
}

describe('the HTTP client', () => {
  it('sends method, path, headers and body as given, and answers every status', async () => {
    const { origin } = await openHttpStub(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const { method, url, headers } = request
      response.writeHead(418, { 'x-several': ['a', 'b'] })
      response.end(JSON.stringify([method, url, headers['x-one'], body]))
    })
    const answer = await open().request(`${origin}/a%20b?c=d`, {
      method: 'PUT',
      headers: { 'x-one': '1' },
      body: 'text',
    })
    expect(JSON.parse(answer.body.toString())).toEqual(['PUT', '/a%20b?c=d', '1', 'text'])
    expect(answer.status).toBe(418)
    expect(answer.headers['x-several']).toBe('a, b')
  })

  it('keeps connections, opens at most so many, and lets further requests wait', async () => {
    let underWay = 0
    let most = 0
    const waiting: (() => void)[] = []
    const { origin, connections } = await openHttpStub((_request, response) => {
      underWay += 1
      most = Math.max(most, underWay)
      waiting.push(() => {
        underWay -= 1
        response.end()
      })
    })
    const { request } = open({ maxConnections: 3 })
    const all = Promise.all(Array.from({ length: 12 }, () => request(origin)))
    for (let answered = 0; answered < 12; answered += 1) {
      await waitUntil(() => waiting.length > 0)
      waiting.shift()?.()
    }
    await all
    expect(most).toBe(3)
    expect(connections).toHaveLength(3)
  })

  it('does not count the wait for a connection against the deadline', async () => {
    const { origin } = await openHttpStub((_request, response) => setTimeout(() => response.end(), 150))
    const { request } = open({ maxConnections: 1, timeoutMs: 500 })
    const answers = await Promise.all(Array.from({ length: 4 }, () => request(origin)))
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(200))
  })

  it('leaves all its connections to a server that fell silent, for they may lead nowhere', async () => {
    const silent = new Set<unknown>()
    const { origin, connections } = await openHttpStub(({ socket }, response) => {
      if (!silent.has(socket)) response.end()
    })
    const { request } = open({ timeoutMs: 200 })
    await Promise.all([request(origin), request(origin)])
    for (const connection of connections) silent.add(connection)
    await expect(request(origin)).rejects.toThrow('did not answer within')
    expect((await request(origin)).status).toBe(200)
    expect(connections).toHaveLength(3)
  })

  it('asks just before it sends whether it still may, also when it has waited for its turn', async () => {
    let hindered: Error | undefined
    let arrived = 0
    const { origin } = await openHttpStub((_request, response) => {
      arrived += 1
      hindered = new Error('not now')
      response.end()
    })
    const { request } = open({ maxConnections: 1 })
    const hindrance = () => hindered
    const [first, second] = await Promise.allSettled([
      request(origin, { hindrance }),
      request(origin, { hindrance }),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'not now' } })
    expect(arrived).toBe(1)
  })

  it('follows no redirect', async () => {
    const other = await openHttpStub((_request, response) => response.end())
    const { origin } = await openHttpStub((_request, response) =>
      response.writeHead(307, { location: other.origin }).end(),
    )
    expect(await open().request(origin)).toMatchObject({ status: 307, headers: { location: other.origin } })
    expect(other.connections).toHaveLength(0)
  })

  it('does not look at the proxy variables of its own environment', async () => {
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) {
      vi.stubEnv(name, 'http://127.0.0.1:1')
    }
    const { origin } = await openHttpStub((_request, response) => response.end())
    expect((await open().request(origin)).status).toBe(200)
    const through = open({ proxy: { httpsProxy: 'http://127.0.0.1:1' } })
    expect((await through.request(origin)).status).toBe(200)
  })

  it('ends a request whose signal is aborted with its reason, while it waits and while it runs', async () => {
    const { origin, connections } = await openHttpStub(() => undefined)
    const { request } = open({ maxConnections: 1 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = request(origin, { signal: running.signal })
    const second = request(origin, { signal: waiting.signal })
    await waitUntil(() => connections.length === 1)
    waiting.abort(new Error('no longer wanted'))
    await expect(second).rejects.toThrow('no longer wanted')
    running.abort(new Error('not either'))
    await expect(first).rejects.toThrow('not either')
    await waitUntil(() => connections.every(({ destroyed }) => destroyed))
  })

  it('rejects what is under way when it is closed', async () => {
    const { origin, connections } = await openHttpStub(() => undefined)
    const { client, request } = open({ maxConnections: 1 })
    const both = Promise.allSettled([request(origin), request(origin)])
    await waitUntil(() => connections.length === 1)
    await client.close()
    const message = 'the client is closed'
    expect(await both).toMatchObject([{ reason: { message } }, { reason: { message } }])
  })
})

describe('the errors of the HTTP client', () => {
  it('say that nobody listens', async () => {
    expect(await failure(open().request, 'http://127.0.0.1:1')).toMatchObject({
      kind: 'connect',
      message: 'no connection to 127.0.0.1:1 (ECONNREFUSED)',
    })
  })

  it('say that a name does not exist', async () => {
    expect(await failure(open().request, 'http://nowhere.invalid:80')).toMatchObject({
      kind: 'dns',
      message: expect.stringMatching(/^the name of nowhere\.invalid cannot be resolved \(E/),
    })
  })

  it('say that an answer is late, also one that began', async () => {
    const silent = await openHttpStub(() => undefined)
    const begun = await openHttpStub((_request, response) => response.writeHead(200).write('{'))
    const { request } = open({ timeoutMs: 100 })
    for (const { origin, host } of [silent, begun]) {
      expect(await failure(request, origin)).toMatchObject({
        kind: 'timeout',
        message: `${host} did not answer within 100ms`,
      })
    }
  })

  it('say that an answer is too large, without reading it to its end', async () => {
    const { origin, host, connections } = await openHttpStub((_request, response) => {
      const write = () => response.write('x'.repeat(5_000), error => error ?? write())
      write()
    })
    expect(await failure(open().request, origin)).toMatchObject({
      kind: 'too-large',
      message: `the answer of ${host} is larger than 10000 bytes`,
    })
    await waitUntil(() => connections.every(({ destroyed }) => destroyed))
  })

  it('say that a connection was cut, and that an answer is no HTTP', async () => {
    const { origin } = await openHttpStub((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
    })
    expect(await failure(open().request, origin)).toMatchObject({ kind: 'connect' })
    const server = createServer(socket => socket.end('SSH-2.0-OpenSSH\r\n\r\n'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const bound = server.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    expect(await failure(open().request, `http://127.0.0.1:${port}`)).toMatchObject({ kind: 'malformed' })
  })
})

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import type { Status } from '../../src/core/status.ts'
import { type AgentView, listenOnSocket, listenOnTcp } from '../../src/platform/control-socket.ts'

let directory: string
let status: Status
let refreshed: (readonly string[])[]
const view: AgentView = {
  status: () => status,
  async refresh(names) {
    if (names.includes('unknown'))
      throw new ConfigurationError('no secret "unknown" is configured', { hint: 'configured are db' })
    refreshed.push(names)
  },
}

beforeEach(() => {
  directory = mkdtempSync('/dev/shm/keyturn-control-')
  status = { startedAt: 0, published: false, ready: false, secrets: [], outputs: [], notifiers: [] }
  refreshed = []
})
afterEach(() => rmSync(directory, { recursive: true }))

function ask(
  where: { socketPath: string } | { port: number },
  method: string,
  path: string,
): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...where, method, path }, response => {
      let body = ''
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the control socket', () => {
  it('is the agent’s own, and replaces one that a killed agent left', async () => {
    const socketPath = join(directory, 'agent.sock')
    writeFileSync(socketPath, '')
    await using _listener = await listenOnSocket(socketPath, view)
    expect(statSync(socketPath).mode & 0o7777).toBe(0o600)
    expect(await ask({ socketPath }, 'GET', '/status')).toEqual({ code: 200, body: JSON.stringify(status) })
  })

  it('passes names on to refresh, and answers what is wrong with them', async () => {
    const socketPath = join(directory, 'agent.sock')
    await using _listener = await listenOnSocket(socketPath, view)
    expect(await ask({ socketPath }, 'POST', '/refresh?name=db&name=tls')).toMatchObject({ code: 200 })
    expect(refreshed).toEqual([['db', 'tls']])
    expect(await ask({ socketPath }, 'POST', '/refresh?name=unknown')).toEqual({
      code: 400,
      body: '{"error":"no secret \\"unknown\\" is configured","hint":"configured are db"}',
    })
    expect(await ask({ socketPath }, 'GET', '/refresh')).toMatchObject({ code: 404 })
  })
})

describe('health and readiness', () => {
  it('turn green with the first publication; only readiness turns red where a secret is stale', async () => {
    await using listener = await listenOnTcp({ host: '127.0.0.1', port: 0 }, view, async () => 'metrics')
    const codes = async () => [
      (await ask({ port: listener.port }, 'GET', '/healthz')).code,
      (await ask({ port: listener.port }, 'GET', '/readyz')).code,
    ]
    expect(await codes()).toEqual([503, 503])
    status = { ...status, published: true, ready: true }
    expect(await codes()).toEqual([200, 200])
    status = { ...status, ready: false }
    expect(await codes()).toEqual([200, 503])
  })
})

describe('the TCP listener', () => {
  it('answers health and metrics, and nothing of what the socket can do', async () => {
    await using listener = await listenOnTcp(
      { host: '127.0.0.1', port: 0 },
      view,
      async () => 'keyturn_published 1\n',
    )
    expect(await ask({ port: listener.port }, 'GET', '/metrics')).toEqual({
      code: 200,
      body: 'keyturn_published 1\n',
    })
    for (const [method, path] of [
      ['GET', '/status'],
      ['POST', '/refresh'],
      ['GET', '/'],
      ['POST', '/metrics'],
    ] as const) {
      expect(await ask({ port: listener.port }, method, path), path).toMatchObject({ code: 404 })
    }
    expect(refreshed).toEqual([])
  })
})

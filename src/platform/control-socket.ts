import { chmodSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { KeyturnError } from '../core/errors.ts'
import type { Status } from '../core/status.ts'

/** What the agent answers to the outside. */
export interface AgentView {
  status(): Status
  /** @throws ConfigurationError for an unknown name */
  refresh(names: readonly string[]): Promise<void>
}

export interface Listener extends AsyncDisposable {
  /** The TCP port; 0 for a socket. */
  readonly port: number
}

interface Answer {
  readonly status: number
  readonly body: string
}

type Route = (url: URL) => Answer | Promise<Answer>

/**
 * Listens on a socket that only the agent's own user can open (0600): GET `/healthz`, `/readyz`, `/status`, and POST
 * `/refresh?name=N&name=M`. A socket left by a killed agent is replaced: the caller holds the lock of the state.
 */
export async function listenOnSocket(path: string, view: AgentView): Promise<Listener> {
  rmSync(path, { force: true })
  const server = createServer(
    answering({
      ...healthRoutes(view),
      'GET /status': () => statusAnswer(view),
      'POST /refresh': async url => {
        try {
          await view.refresh(url.searchParams.getAll('name'))
          return statusAnswer(view)
        } catch (error) {
          if (!(error instanceof KeyturnError)) throw error
          return { status: 400, body: JSON.stringify({ error: error.message, hint: error.hint }) }
        }
      },
    }),
  )
  // The umask covers the moment between bind and chmod, in which anyone could connect.
  const before = process.umask(0o177)
  const listening = listen(server, { path })
  process.umask(before)
  const listener = await listening
  chmodSync(path, 0o600)
  return listener
}

/** Listens on TCP for orchestrators and Prometheus: GET `/healthz`, `/readyz` and `/metrics`, none of which names a value. */
export function listenOnTcp(
  address: { host: string; port: number },
  view: AgentView,
  metrics: () => Promise<string>,
): Promise<Listener> {
  const routes = {
    ...healthRoutes(view),
    'GET /metrics': async () => ({ status: 200, body: await metrics() }),
  }
  return listen(createServer(answering(routes)), address)
}

/** Health is green once a complete generation is published: an orchestrator must never kill the last good copy. */
function healthRoutes(view: AgentView): Record<string, Route> {
  const notPublished = { status: 503, body: 'nothing is published yet\n' }
  const ok = { status: 200, body: 'ok\n' }
  return {
    'GET /healthz': () => (view.status().published ? ok : notPublished),
    'GET /readyz': () => {
      const { published, ready } = view.status()
      if (ready) return ok
      return published ? { status: 503, body: 'a secret is older than its max_stale\n' } : notPublished
    },
  }
}

function statusAnswer(view: AgentView): Answer {
  return { status: 200, body: JSON.stringify(view.status()) }
}

function answering(routes: Readonly<Record<string, Route>>): RequestListener {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://agent')
    const route =
      routes[`${request.method} ${url.pathname}`] ?? (() => ({ status: 404, body: 'not found\n' }))
    const failed: Answer = { status: 500, body: 'the agent could not answer\n' }
    const { status, body } = await Promise.resolve(url)
      .then(route)
      .catch(() => failed)
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body)
  }
}

function listen(server: Server, where: { path: string } | { host: string; port: number }): Promise<Listener> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        async [Symbol.asyncDispose]() {
          const closed = new Promise<void>(done => {
            server.close(() => done())
          })
          server.closeAllConnections()
          await closed
        },
      })
    })
  })
}

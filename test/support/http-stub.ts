import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface HttpStub {
  /** `http://127.0.0.1:PORT` or `https://localhost:PORT`. */
  readonly origin: string
  readonly host: string
  /** Connections since the start. */
  readonly connections: readonly Socket[]
  readonly server: http.Server
}

/** A server for one test, over TLS where a certificate is given; closed at the test's end. */
export async function openHttpStub(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  tls?: ServerOptions,
): Promise<HttpStub> {
  const server = tls === undefined ? http.createServer(answer) : https.createServer(tls, answer)
  const connections: Socket[] = []
  server.on('connection', socket => connections.push(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const host = `${tls === undefined ? '127.0.0.1' : 'localhost'}:${port}`
  return { origin: `${tls === undefined ? 'http' : 'https'}://${host}`, host, connections, server }
}

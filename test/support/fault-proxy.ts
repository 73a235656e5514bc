import { createServer, request } from 'node:http'

/** What the proxy does with requests instead of passing them on; `cut` is half an answer, `raw` the bytes of one. */
export type Fault =
  | { readonly raw: string }
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset'
  | 'cut'

export interface SeenRequest {
  /** performance.now() of its arrival. */
  readonly at: number
  readonly method: string
  /** With its query, as sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface FaultProxy extends AsyncDisposable {
  readonly address: string
  /** While set, every request whose path matches, and whose body does where that is asked for, meets it. */
  fault: { readonly path: RegExp; readonly body?: RegExp; readonly fault: Fault } | undefined
  /** All that came, in the order of its arrival. */
  readonly requests: SeenRequest[]
}

/** An HTTP server in front of a real one, which misbehaves when told to. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target)
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    proxy.requests.push({ at: performance.now(), method, url, headers })
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const sent = Buffer.concat(chunks)
    const { path, body = /(?:)/, fault } = proxy.fault ?? { path: /(?!)/ }
    const met = path.test(url) && body.test(sent.toString('latin1')) ? fault : undefined
    if (met === 'hang') return
    if (met === 'reset') {
      incoming.socket.destroy()
      return
    }
    if (met === 'cut') {
      outgoing.writeHead(200, { 'content-length': '1000' })
      outgoing.write('{"data":', () => incoming.socket.destroy())
      return
    }
    if (met !== undefined && 'raw' in met) {
      incoming.socket.end(met.raw)
      return
    }
    if (met !== undefined) {
      outgoing.writeHead(met.status, met.headers).end(met.body)
      return
    }
    const passed = request({ hostname, port, method, path: url, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    passed.end(sent)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const proxy: FaultProxy = {
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    fault: undefined,
    requests: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return proxy
}

import { createServer, request } from 'node:http'

/** What the proxy does with requests instead of passing them on. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset'

export interface FaultProxy extends AsyncDisposable {
  readonly address: string
  /** While set, every request whose path matches meets it. */
  fault: { readonly path: RegExp; readonly fault: Fault } | undefined
}

/** An HTTP server in front of a real one, which misbehaves when told to. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target)
  const server = createServer((incoming, outgoing) => {
    const met = proxy.fault?.path.test(incoming.url ?? '') ? proxy.fault.fault : undefined
    if (met === 'hang') return
    if (met === 'reset') {
      incoming.socket.destroy()
      return
    }
    if (met !== undefined) {
      outgoing.writeHead(met.status, met.headers).end(met.body)
      return
    }
    const { method, url, headers } = incoming
    const passed = request({ hostname, port, method, path: url, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const proxy: FaultProxy = {
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    fault: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return proxy
}

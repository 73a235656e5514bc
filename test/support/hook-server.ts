import { createServer } from 'node:http'

export interface HookServer extends AsyncDisposable {
  readonly address: string
  /** Every request so far, with its headers and body. */
  received(): string
}

/** Receives webhooks; below `/refused` it answers 500 and shows back what it was sent. */
export async function startHookServer(): Promise<HookServer> {
  let received = ''
  const server = createServer(async (request, response) => {
    let sent = `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`
    for await (const chunk of request) sent += String(chunk)
    received += `${sent}\n`
    response.writeHead(request.url === '/refused' ? 500 : 204).end(sent)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    received: () => received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

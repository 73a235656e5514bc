import type { X509Certificate } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { encodeJson, isJsonObject, type JsonObject, parseJson } from './go-json.ts'
import { Refusal, refuse } from './refusal.ts'
import type { Operation } from './route.ts'
import type { WireAnswer, WireRequest } from './router.ts'

export interface WireServerOptions {
  readonly host: string
  readonly port: number
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined
  /** @throws Refusal; anything else is answered with 500 */
  readonly answer: (request: WireRequest) => WireAnswer
  readonly record: (request: { method: string; path: string; namespace: string; status: number }) => void
}

export interface WireServer {
  readonly address: string
  close(): Promise<void>
}

/** As Vault's `max_request_size`. */
const maxBytes = 32 * 1024 * 1024

const operations: Readonly<Record<string, Operation>> = {
  GET: 'read',
  HEAD: 'read',
  LIST: 'list',
  POST: 'write',
  PUT: 'write',
  DELETE: 'delete',
}

/** Listens, and turns HTTP into requests and answers into Vault's bytes. */
export async function listen(options: WireServerOptions): Promise<WireServer> {
  const listener = (request: http.IncomingMessage, response: http.ServerResponse) =>
    void respond(options, request, response)
  // Any client certificate is taken here; the cert method decides whether it is good for anything.
  const server = options.tls
    ? https.createServer({ ...options.tls, requestCert: true, rejectUnauthorized: false }, listener)
    : http.createServer(listener)
  server.keepAliveTimeout = 300_000
  server.on(options.tls ? 'secureConnection' : 'connection', acceptList)

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    address: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * Node's parser knows no method LIST. LINK, of equal length and otherwise unused, passes in its place; the extra
 * listener makes Node hand the bytes to listeners at all.
 */
function acceptList(socket: Socket): void {
  socket.prependListener('data', (chunk: Buffer) => {
    if (/^LIST \S+ HTTP\/1\.[01]\r\n/.test(chunk.toString('latin1', 0, 4096))) chunk.write('LINK')
  })
  socket.on('data', () => {})
}

async function respond(
  options: WireServerOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const method = request.method === 'LINK' ? 'LIST' : (request.method ?? '')
  const url = new URL(request.url ?? '', 'http://store')
  const namespace = header(request, 'x-vault-namespace')
  const { status, body } = await answer(options, request, { method, url, namespace })
  options.record({ method, path: url.pathname.replace(/^\/v1\//, ''), namespace, status })

  const text = body === undefined ? '' : `${encodeJson(body)}\n`
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) }),
  })
  response.end(text)
}

async function answer(
  options: WireServerOptions,
  request: http.IncomingMessage,
  { method, url, namespace }: { method: string; url: URL; namespace: string },
): Promise<WireAnswer> {
  try {
    if (!url.pathname.startsWith('/v1/')) return refuse(404)
    const operation = operations[method] ?? refuse(405)
    const listing = operation === 'read' && url.searchParams.get('list') === 'true'
    return options.answer({
      operation: listing ? 'list' : operation,
      path: decodePath(url.pathname.slice('/v1/'.length)),
      namespace,
      token: header(request, 'x-vault-token') || header(request, 'authorization').replace(/^Bearer /i, ''),
      wrapTtl: header(request, 'x-vault-wrap-ttl'),
      query: url.searchParams,
      body: await readBody(request),
      peerCertificate: peerCertificate(request.socket),
    })
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: new Map([['errors', error.errors]]) }
    return { status: 500, body: new Map([['errors', ['internal error']]]) }
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return refuse(400)
  }
}

async function readBody(request: http.IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // What is too much is still read, so that the client gets to read the refusal.
    if (bytes <= maxBytes) chunks.push(chunk)
  }
  if (bytes > maxBytes) return refuse(413, 'failed to decode JSON input: http: request body too large')
  if (bytes === 0) return {}
  // `null` is what Vault's own client sends for an empty body.
  const value = decode(Buffer.concat(chunks).toString()) ?? {}
  return isJsonObject(value)
    ? value
    : refuse(400, 'failed to decode JSON input: json: cannot unmarshal into a map')
}

function decode(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return refuse(400, 'failed to decode JSON input: invalid JSON')
  }
}

function header(request: http.IncomingMessage, name: string): string {
  return String(request.headers[name] ?? '')
}

function peerCertificate(socket: Socket): X509Certificate | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
}

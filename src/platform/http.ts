import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { formatDuration } from '../core/duration.ts'
import { HttpError, httpErrorOf } from './http-error.ts'
import { createSlots } from './http-slots.ts'
import { readTlsFiles, stampOf, type TlsFiles, type TlsSettings } from './http-tls.ts'

export interface HttpSettings {
  readonly maxConnections: number
  /** For one request as a whole, from when it is sent. Waiting for a free connection does not count. */
  readonly timeoutMs: number
  /** Of an answer's body. */
  readonly maxBytes: number
  readonly tls?: TlsSettings | undefined
  /** The environment's proxy variables. NO_PROXY is understood as curl does. */
  readonly proxy?:
    | {
        readonly httpProxy?: string | undefined
        readonly httpsProxy?: string | undefined
        readonly noProxy?: string | undefined
      }
    | undefined
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Uint8Array | undefined
  /** Asked just before it is sent, when it has waited for its turn; an error keeps it from being sent, and rejects. */
  readonly hindrance?: (() => Error | undefined) | undefined
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** By lower-case name; several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface HttpClient {
  /**
   * Sends one request. No redirect is followed and nothing is sent twice; every status is an answer.
   * Beyond `maxConnections` requests wait their turn. Rejects with the signal's reason when aborted.
   * @throws HttpError
   */
  request(request: HttpRequest): Promise<HttpResponse>
  /** Ends all connections; requests under way reject. */
  close(): Promise<void>
}

/** Servers close idle connections after minutes; a poll each minute shall find its connection again. */
const keepAliveTimeoutMs = 90_000
/** Two lost packets of a handshake are borne; an address where nobody is must not keep the next attempt waiting. */
const connectTimeoutMs = 4_000

/** An HTTP client for one backend: connections are kept, and certificates that change on disk are used at once. */
export function createHttpClient(settings: HttpSettings): HttpClient {
  const { maxConnections, timeoutMs, maxBytes } = settings
  const slots = createSlots(maxConnections)
  const connections = createConnections(settings)
  const underWay = new Set<AbortController>()

  return {
    async request({ method, url, headers, body, hindrance, signal }) {
      signal.throwIfAborted()
      const { origin, host, pathname, search } = new URL(url)
      const ending = new AbortController()
      const abort = () => ending.abort(signal.reason)
      signal.addEventListener('abort', abort)
      underWay.add(ending)
      let release: (() => void) | undefined
      let deadline: NodeJS.Timeout | undefined
      try {
        release = await slots.take(ending.signal)
        const hindered = hindrance?.()
        if (hindered !== undefined) ending.abort(hindered)
        ending.signal.throwIfAborted()
        const late = `${host} did not answer within ${formatDuration(timeoutMs)}`
        deadline = setTimeout(() => {
          connections.suspect()
          ending.abort(new HttpError('timeout', late))
        }, timeoutMs)
        const dispatcher = await connections.current()
        const answer = await dispatcher.request({
          origin,
          path: pathname + search,
          method,
          headers: headers ?? {},
          body: body ?? null,
          signal: ending.signal,
        })
        return {
          status: answer.statusCode,
          headers: joinHeaders(answer.headers),
          body: await readBody(answer.body, maxBytes, host),
        }
      } catch (error) {
        ending.signal.throwIfAborted()
        throw httpErrorOf(error, host)
      } finally {
        clearTimeout(deadline)
        signal.removeEventListener('abort', abort)
        underWay.delete(ending)
        release?.()
      }
    },

    async close() {
      for (const ending of underWay) ending.abort(new HttpError('connect', 'the client is closed'))
      await connections.close()
    },
  }
}

/** The connections, replaced by new ones when a certificate on disk changed. */
function createConnections(settings: HttpSettings) {
  const { tls = {} } = settings
  const withFiles = [tls.caFile, tls.caDirectory, tls.clientCertFile].some(file => file !== undefined)
  let files: TlsFiles = { context: undefined, stamp: '' }
  let dispatcher: Dispatcher | undefined
  let checking: Promise<void> | undefined

  const check = async () => {
    if (dispatcher !== undefined && files.stamp === (await stampOf(tls))) return
    files = await readTlsFiles(tls)
    const before = dispatcher
    dispatcher = openDispatcher(settings, files)
    // Requests under way end on the old connections.
    before?.close().catch(() => undefined)
  }

  return {
    async current(): Promise<Dispatcher> {
      if (withFiles) {
        checking ??= check().finally(() => {
          checking = undefined
        })
        await checking.catch(error => {
          // Files in the middle of being replaced: the next request looks again.
          if (dispatcher === undefined) throw error
        })
      }
      dispatcher ??= openDispatcher(settings, files)
      return dispatcher
    },
    /** Whoever was silent on one is silent on all: the next request opens another, to where the name leads by then. */
    suspect() {
      dispatcher?.close().catch(() => undefined)
      dispatcher = undefined
    },
    async close() {
      await dispatcher?.destroy()
    },
  }
}

function openDispatcher(
  { maxConnections, timeoutMs, tls = {}, proxy = {} }: HttpSettings,
  { context }: TlsFiles,
): Dispatcher {
  const connect = {
    timeout: Math.min(timeoutMs, connectTimeoutMs),
    allowH2: false,
    ...(context !== undefined && { secureContext: context }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    ...(tls.skipVerify && { rejectUnauthorized: false }),
  }
  const options = {
    connections: maxConnections,
    allowH2: false,
    keepAliveTimeout: keepAliveTimeoutMs,
    // One deadline for the whole request stands for these.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect,
  }
  const { httpProxy = '', httpsProxy = '', noProxy = '' } = proxy
  if (httpProxy === '' && httpsProxy === '') return new Agent(options)
  // Empty, not absent: what is absent undici reads from the environment.
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy, requestTls: connect })
}

async function readBody(body: AsyncIterable<Buffer>, maxBytes: number, host: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes)
      throw new HttpError('too-large', `the answer of ${host} is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size)
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return joined
}

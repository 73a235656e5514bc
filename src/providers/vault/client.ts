import nodeVault from 'node-vault'
import { ProviderError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonDocument, parseJson } from '../../core/json.ts'
import type { Clock } from '../../core/ports.ts'
import { createHttpClient, type HttpResponse } from '../../platform/http.ts'
import { HttpError } from '../../platform/http-error.ts'
import { type Asked, failureOf } from './failure.ts'
import type { VaultSettings } from './settings.ts'

export interface VaultRequest {
  readonly method: 'GET' | 'POST'
  /** Below `/v1/`, as people write it: what URLs need is encoded here. */
  readonly path: string
  readonly query?: string | undefined
  readonly token?: string | undefined
  readonly body?: Readonly<Record<string, string | Readonly<Record<string, string>>>> | undefined
  readonly signal: AbortSignal
}

export interface VaultClient {
  /**
   * One request; an empty answer is an empty object.
   * @throws ProviderError that holds nothing of the request but its path, and nothing of the answer
   */
  ask(request: VaultRequest): Promise<VaultDocument>
  close(): Promise<void>
}

/** An answer, without loss. */
export interface VaultDocument extends JsonDocument {
  readonly root: ReadonlyMap<string, Json>
}

/** What node-vault hands its transport; `what` and `signal` are ours, which it passes through. */
interface TransportRequest {
  readonly uri: string
  /** The path as people write it, for messages. */
  readonly what: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly signal: AbortSignal
}

/**
 * node-vault with our HTTP client underneath: its own transport follows redirects with the token, and its errors show
 * credentials. Nothing of the environment changes what it does.
 */
export function createVaultClient(settings: VaultSettings, clock: Clock): VaultClient {
  const http = createHttpClient(settings)
  let quiet: { readonly until: number; readonly asked: ProviderError } | undefined

  /** Whatever waited for its turn, or comes from elsewhere, would break a Retry-After as well. */
  const askedForQuiet = (): ProviderError | undefined => {
    const leftMs = (quiet?.until ?? 0) - clock.uptime()
    if (quiet === undefined || leftMs <= 0) return undefined
    return new ProviderError(quiet.asked.kind, quiet.asked.message, { retryAfterMs: leftMs })
  }

  const send = async ({ uri, what, method, headers, json, signal }: TransportRequest) => {
    const response = await http
      .request({
        method,
        url: uri,
        headers: {
          ...headers,
          'x-vault-request': 'true',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        hindrance: askedForQuiet,
        signal,
      })
      .catch((error: unknown) => {
        throw error instanceof HttpError ? unreachable(error, settings.name) : error
      })
    const asked = { what, provider: settings.name, now: clock.now(), writes: method === 'POST' }
    if (response.status !== 200 && response.status !== 204) {
      const failure = failureOf(response, asked)
      if (failure.transient && failure.retryAfterMs !== undefined)
        quiet = { until: clock.uptime() + failure.retryAfterMs, asked: failure }
      throw failure
    }
    return { statusCode: 200, body: documentOf(response, asked), request: { path: what } }
  }

  const client = nodeVault({
    endpoint: settings.address,
    'request-promise': { defaults: () => send },
    // Its debug output would print what is written.
    debug: () => undefined,
  })
  Object.assign(client, { token: '', namespace: settings.namespace ?? '', pathPrefix: '' })

  return {
    async ask({ method, path, query, token, body, signal }) {
      // A URL would swallow them, and with them the segments before.
      if (/(^|\/)\.\.?(\/|$)/.test(path)) {
        throw new ProviderError('missing', `"${path}" is not a path of ${settings.name}`, {
          hint: 'no part of a path may be "." or ".."',
        })
      }
      return client.request({
        method,
        what: path,
        path: `/${encodePath(path)}${query === undefined ? '' : `?${query}`}`,
        headers: token === undefined ? {} : { 'X-Vault-Token': token },
        ...(body === undefined ? {} : { json: body }),
        signal,
      }) as Promise<VaultDocument>
    },
    close: () => http.close(),
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function unreachable(error: HttpError, provider: string): ProviderError {
  const kind = error.kind === 'malformed' || error.kind === 'too-large' ? 'malformed' : 'unreachable'
  return new ProviderError(kind, `${provider}: ${error.message}`, { hint: error.hint })
}

function documentOf({ body }: HttpResponse, { what, provider }: Asked): VaultDocument {
  if (body.length === 0) return { root: new Map(), textOf: String }
  try {
    const document = parseJson(body.toString())
    if (isJsonObject(document.root)) return { root: document.root, textOf: document.textOf }
  } catch {
    // Told below, without a word of the answer.
  }
  throw new ProviderError('malformed', `${provider} answered ${what} with something else than a JSON object`)
}

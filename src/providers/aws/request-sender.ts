import type { HttpClient } from '../../platform/http.ts'

/** The part of the SDK's requests that is used; `body` is complete, for none of these operations streams. */
interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** The SDK's `requestHandler` over our HTTP client, so that its limits and its silence about requests hold here too. */
export function createRequestSender(http: HttpClient) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      const { status, headers, body } = await http.request({
        method: request.method,
        url: urlOf(request),
        headers: request.headers,
        body: request.body,
        signal: abortSignal ?? new AbortController().signal,
      })
      return { response: { statusCode: status, headers, body } }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`)
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) url.searchParams.append(name, each ?? '')
  }
  return url.href
}

import type { DevStore } from '../../src/dev-store/dev-store.ts'

export interface StoreAnswer {
  readonly status: number
  /** The body as received. */
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on whatever came
  readonly body: any
}

/** One plain HTTP request to the development store, as root unless another token is given ('' for none). */
export async function askStore(
  store: Pick<DevStore, 'address' | 'rootToken'>,
  request: string,
  options: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<StoreAnswer> {
  const [method = '', path = ''] = request.split(' ')
  const token = options.token ?? store.rootToken
  const response = await fetch(`${store.address}/v1/${path}`, {
    method,
    headers: { ...(token === '' ? {} : { 'X-Vault-Token': token }), ...options.headers },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return { status: response.status, text, body: text === '' ? undefined : JSON.parse(text) }
}

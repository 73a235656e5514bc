import { createHmac } from 'node:crypto'
import { NotifyError } from '../core/errors.ts'
import type { Clock, Journal, Notifier, Publication } from '../core/ports.ts'
import { createHttpClient, type HttpRequest } from '../platform/http.ts'
import { type CredentialReader, createCredentialReader } from '../platform/read-credential.ts'
import { asNotifyError } from './as-notify-error.ts'
import { concernedOutputs } from './concerned-outputs.ts'

export interface WebhookSettings {
  readonly kind: 'webhook'
  readonly url: string
  /** Holds the key of the signature; unsigned without it. */
  readonly secretFile: string | undefined
  readonly caFile: string | undefined
  readonly timeoutMs: number
  readonly on: readonly string[] | undefined
  readonly first: boolean
  readonly splayMs: number
}

/** An answer is read to its end and thrown away; a longer one is none that a webhook gives. */
const maxBytes = 1_048_576

/**
 * Posts the names and versions of the outputs, never a value, as Standard Webhooks 1.0 describes it
 * (https://github.com/standard-webhooks/standard-webhooks): `webhook-id` is the publication's id and equal in every attempt,
 * `webhook-timestamp` is the attempt's. The key is read at each delivery. Any status 2xx is success; no redirect is followed.
 */
export function createWebhookNotifier(
  settings: WebhookSettings,
  id: string,
  { clock, journal }: { readonly clock: Clock; readonly journal: Journal },
): Notifier {
  const { url, secretFile, on, first, splayMs } = settings
  const credentials = createCredentialReader(journal)
  return {
    id,
    on,
    first,
    splayMs,
    async notify(publication, signal) {
      const body = bodyOf(publication, on)
      const timestamp = String(Math.floor(clock.now() / 1_000))
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'user-agent': 'keyturn',
        'webhook-id': publication.id,
        'webhook-timestamp': timestamp,
      }
      if (secretFile !== undefined) {
        const key = await readKey(secretFile, credentials)
        headers['webhook-signature'] = sign(`${publication.id}.${timestamp}.${body}`, key)
      }
      const status = await post(settings, { method: 'POST', url, headers, body, signal })
      if (status < 200 || status > 299) throw refused(url, status)
      return `answered ${status}`
    },
  }
}

function bodyOf(publication: Publication, on: readonly string[] | undefined): string {
  const outputs = concernedOutputs(publication, on).map(({ path, versions }) => ({ path, versions }))
  const timestamp = new Date(publication.publishedAt).toISOString()
  return JSON.stringify({ type: 'outputs.published', timestamp, data: { outputs } })
}

/** The bytes that the file holds; behind `whsec_`, as Standard Webhooks writes keys, in base64. */
async function readKey(file: string, credentials: CredentialReader): Promise<Buffer> {
  const text = await credentials.text(file).catch(error => {
    throw asNotifyError(error)
  })
  if (!text.startsWith('whsec_')) return Buffer.from(text)
  const base64 = text.slice('whsec_'.length)
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return Buffer.from(base64, 'base64')
  throw new NotifyError(`the key in "${file}" is not base64`, { hint: 'that is what whsec_ promises' })
}

function sign(content: string, key: Buffer): string {
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}

/** Deliveries are rare: no connection is kept between them. */
async function post({ caFile, timeoutMs }: WebhookSettings, request: HttpRequest): Promise<number> {
  const client = createHttpClient({ maxConnections: 1, timeoutMs, maxBytes, tls: { caFile } })
  try {
    const { status } = await client.request(request)
    return status
  } catch (error) {
    throw asNotifyError(error)
  } finally {
    await client.close()
  }
}

function refused(url: string, status: number): NotifyError {
  const redirected = status >= 300 && status <= 399
  return new NotifyError(`${new URL(url).host} answered ${status}`, {
    hint: redirected ? 'redirects are not followed: configure the address it redirects to' : undefined,
  })
}

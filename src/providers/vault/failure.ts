import { type FailureKind, ProviderError } from '../../core/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import { retryAfterMs } from '../retry-after.ts'

/** What was asked of whom, for messages. */
export interface Asked {
  readonly what: string
  readonly provider: string
  readonly now: number
  readonly writes: boolean
}

/**
 * What a status other than success means; nothing of the body is kept.
 * @see https://openbao.org/api-docs/#http-status-codes
 */
export function failureOf(response: HttpResponse, asked: Asked): ProviderError {
  const { status, headers } = response
  const kind = kindOf(response)
  return new ProviderError(kind, messageFor(kind, status, asked), {
    hint: isRedirect(status) ? redirectHint(headers['location']) : hintFor(kind, asked),
    retryAfterMs: retryAfterMs(headers['retry-after'], sentAt(headers) ?? asked.now),
  })
}

/** By the server's clock, which an instant in Retry-After is of, too: ours may be hours off. */
function sentAt({ date = '' }: HttpResponse['headers']): number | undefined {
  const at = Date.parse(date)
  return Number.isNaN(at) ? undefined : at
}

function hintFor(kind: FailureKind, { writes }: Asked): string | undefined {
  return (writes ? writeHints : readHints)[kind]
}

const writeHints: Partial<Record<FailureKind, string>> = {
  forbidden: 'the policy of the role must allow "update" on this path',
  missing:
    'the server does not take these parameters at this path: look at its role and at the names of the parameters',
}

const readHints: Partial<Record<FailureKind, string>> = {
  forbidden:
    'the policy of the role must allow "read" on this path, which for a secret of KV version 2 has data/ behind the mount',
  missing: 'for a secret of KV version 2 the path has data/ behind the mount',
}

function kindOf({ status, body }: HttpResponse): FailureKind {
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 429) return 'throttled'
  if (status === 503 && /sealed/i.test(body.toString('latin1'))) return 'sealed'
  // 412, 472 and 473 come from nodes that do not answer for the active one, or not yet.
  if (status >= 500 || [412, 472, 473].includes(status) || isRedirect(status)) return 'unavailable'
  return 'missing'
}

function messageFor(kind: FailureKind, status: number, { what, provider }: Asked): string {
  if (kind === 'sealed') return `${provider} is sealed`
  if (kind === 'throttled') return `${provider} asks to slow down (${status})`
  if (kind === 'forbidden') return `${provider}:${what} is forbidden`
  if (status === 404) return `${provider}:${what} does not exist`
  return `${provider} answered ${what} with status ${status}`
}

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399
}

function redirectHint(location = ''): string {
  const host = URL.canParse(location) ? new URL(location).host : 'another path'
  return `it redirects to ${host}, and no redirect is followed with a token: configure the address of the active node`
}

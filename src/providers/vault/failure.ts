import { type FailureKind, ProviderError } from '../../core/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import { retryAfterMs } from '../retry-after.ts'

/**
 * What a status other than success means; nothing of the body is kept.
 * @see https://openbao.org/api-docs/#http-status-codes
 */
export function failureOf(response: HttpResponse, what: string, provider: string): ProviderError {
  const { status, headers } = response
  const kind = kindOf(response)
  const meanings: Record<FailureKind, string> = {
    sealed: `${provider} is sealed`,
    unavailable: `${provider} answered ${status} to ${what}`,
    throttled: `${provider} asks to slow down (${status})`,
    unreachable: `${provider} is not reachable`,
    malformed: `${provider} answered ${status} to ${what}`,
    unauthenticated: `${provider} refused the login at ${what} (${status})`,
    forbidden: `${provider}:${what} is forbidden`,
    missing:
      status === 404
        ? `${provider}:${what} does not exist`
        : `${provider} refused ${what} as a bad request (${status})`,
  }
  return new ProviderError(kind, meanings[kind], {
    hint: hintOf(kind, status, headers),
    retryAfterMs: retryAfterMs(headers['retry-after']),
  })
}

function kindOf({ status, body }: HttpResponse): FailureKind {
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 429) return 'throttled'
  if (status === 503 && /sealed/i.test(body.toString('latin1'))) return 'sealed'
  // 472 and 473 are standby nodes, which do not answer for the active one.
  if (status >= 500 || status === 472 || status === 473 || status === 412) return 'unavailable'
  if (status >= 300 && status < 400) return 'unavailable'
  return 'missing'
}

function hintOf(
  kind: FailureKind,
  status: number,
  headers: Readonly<Record<string, string>>,
): string | undefined {
  if (kind === 'forbidden') return 'the policy of the role must allow read on this path'
  if (status < 300 || status >= 400) return undefined
  const host = URL.canParse(headers['location'] ?? '')
    ? new URL(headers['location'] ?? '').host
    : 'another address'
  return `it redirects to ${host}, which is not followed with a token: configure the address of the active node`
}

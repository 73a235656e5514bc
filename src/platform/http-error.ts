import { KeyturnError } from '../core/errors.ts'

/**
 * Why there is no answer.
 * - `dns`, `connect` (refused, reset, cut off, a proxy that does not let through), `tls`, `timeout`
 * - `malformed`: what came is no HTTP; `too-large`: more than `maxBytes`
 */
export type HttpFailure = 'dns' | 'connect' | 'tls' | 'timeout' | 'malformed' | 'too-large'

/** Names host and port and nothing else of the request: no path, header, body or cause. */
export class HttpError extends KeyturnError {
  override readonly name = 'HttpError'
  readonly kind: HttpFailure

  constructor(kind: HttpFailure, message: string, hint?: string) {
    super(message, { hint })
    this.kind = kind
  }
}

const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'])
const untrustedCodes = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What undici or Node threw, as an error that holds only its code: theirs may hold headers and bodies. */
export function httpErrorOf(thrown: unknown, host: string): HttpError {
  if (thrown instanceof HttpError) return thrown
  // Undici gives this one a code only now and then.
  const code = thrown instanceof Error && thrown.name === 'HTTPParserError' ? 'HPE_INVALID' : codeOf(thrown)
  if (code === undefined) return new HttpError('connect', `the request to ${host} failed`)
  const because = ` (${code})`
  if (dnsCodes.has(code)) return new HttpError('dns', `the name of ${host} cannot be resolved${because}`)
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new HttpError('timeout', `no connection to ${host} in time${because}`)
  }
  if (untrustedCodes.has(code)) {
    return new HttpError(
      'tls',
      `the certificate of ${host} is not trusted${because}`,
      'name the authority that signed it as tls.ca_file',
    )
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new HttpError(
      'tls',
      `the certificate of ${host} is for another name${because}`,
      'use a name that the certificate holds, or set tls.server_name',
    )
  }
  if (/^ERR_(?:TLS|SSL|OSSL)|CERT|^EPROTO$|^UND_ERR_PRX_TLS$/.test(code)) {
    return new HttpError('tls', `TLS with ${host} failed${because}`)
  }
  if (/^HPE_|CONTENT_LENGTH|HEADERS_OVERFLOW/.test(code)) {
    return new HttpError('malformed', `the answer of ${host} cannot be read${because}`)
  }
  return new HttpError('connect', `no connection to ${host}${because}`)
}

/** The code of an error; of an AggregateError (several addresses tried) the first one's. */
function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  if ('code' in thrown && typeof thrown.code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(thrown.code))
    return thrown.code
  return thrown instanceof AggregateError ? codeOf(thrown.errors[0]) : undefined
}

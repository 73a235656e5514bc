import { ProviderError } from '../../core/errors.ts'
import { HttpError } from '../../platform/http-error.ts'
import { retryAfterMs } from '../retry-after.ts'
import { errorMeanings, type Meaning } from './error-meanings.ts'

/** `now` is Clock.now(), for a Retry-After that is a date. */
interface Circumstances {
  /** What was asked for (`"aws:prod/db"`), or for whom (` of profile "prod"`, or nothing). */
  readonly subject: string
  readonly now: number
}

/**
 * What the SDK threw while `subject` was read. Always an error of its own: the SDK's hold the whole answer, and their text may
 * quote anything.
 */
export function awsErrorOf(thrown: unknown, { subject, now }: Circumstances): ProviderError {
  if (thrown instanceof ProviderError) return thrown
  const failed = `${subject} cannot be read`
  if (thrown instanceof HttpError) return networkErrorOf(thrown, failed)
  const { name, status, retryAfter } = factsOf(thrown)
  const { kind, because, hint } = meaningOf(name, status)
  return new ProviderError(kind, `${failed}: ${because}${shown(name)}`, {
    hint,
    retryAfterMs: kind === 'throttled' || kind === 'unavailable' ? retryAfterMs(retryAfter, now) : undefined,
  })
}

/** The error of one item of a batch, which comes as a mere code. */
export function itemErrorOf(code: string, subject: string): ProviderError {
  const { kind, because, hint } = meaningOf(code, undefined)
  return new ProviderError(kind, `${subject} cannot be read: ${because}${shown(code)}`, { hint })
}

/** Why there are no credentials: the chain found none, or STS did not give any. */
export function credentialErrorOf(thrown: unknown, { subject, now }: Circumstances): ProviderError {
  const failed = `no AWS credentials${subject}`
  if (thrown instanceof HttpError) return networkErrorOf(thrown, failed)
  const { name, status, retryAfter } = factsOf(thrown)
  if (status === undefined || name === 'CredentialsProviderError') {
    return new ProviderError('unauthenticated', `${failed}: no source has any`, { hint: sourcesHint })
  }
  const { kind, because } = meaningOf(name, status)
  if (kind === 'throttled' || kind === 'unavailable' || kind === 'malformed') {
    return new ProviderError(kind, `${failed}: ${because}${shown(name)}`, {
      retryAfterMs: retryAfterMs(retryAfter, now),
    })
  }
  return new ProviderError('unauthenticated', `${failed}: STS refuses${shown(name)}`, {
    hint: "compare the role's ARN, its trust policy and the external id, and who the agent is before it assumes the role",
  })
}

const sourcesHint =
  'tried in this order: AWS_ACCESS_KEY_ID, the profile in ~/.aws, AWS_WEB_IDENTITY_TOKEN_FILE, the container endpoint' +
  ' (AWS_CONTAINER_CREDENTIALS_*), else instance metadata, which a container reaches only where its hop limit is 2'

function networkErrorOf(error: HttpError, failed: string): ProviderError {
  const kind = error.kind === 'malformed' || error.kind === 'too-large' ? 'malformed' : 'unreachable'
  return new ProviderError(kind, `${failed}: ${error.message}`, {
    hint: error.kind === 'tls' ? 'name the authority that signed it in NODE_EXTRA_CA_CERTS' : error.hint,
  })
}

interface Facts {
  readonly name: string
  /** Undefined where there was no answer. */
  readonly status: number | undefined
  readonly retryAfter: string | undefined
}

/** What an error of the SDK may safely tell. */
function factsOf(thrown: unknown): Facts {
  const answer = propertyOf(thrown, '$response')
  const status =
    propertyOf(answer, 'statusCode') ?? propertyOf(propertyOf(thrown, '$metadata'), 'httpStatusCode')
  const retryAfter = propertyOf(propertyOf(answer, 'headers'), 'retry-after')
  return {
    name: thrown instanceof Error ? thrown.name : '',
    status: typeof status === 'number' ? status : undefined,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  }
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function meaningOf(name: string, status: number | undefined): Meaning {
  if (Object.hasOwn(errorMeanings, name)) return errorMeanings[name] ?? unreadable
  if (status === 429) return { kind: 'throttled', because: 'too many requests' }
  if (status !== undefined && status >= 500) return { kind: 'unavailable', because: `status ${status}` }
  if (status !== undefined && status >= 400) return { kind: 'forbidden', because: `status ${status}` }
  return unreadable
}

const unreadable: Meaning = { kind: 'malformed', because: 'the answer is not understood' }

/** Codes that are known, and no others: they come from the answer, which may hold anything. */
function shown(name: string): string {
  return Object.hasOwn(errorMeanings, name) ? ` (${name})` : ''
}

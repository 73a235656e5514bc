import { type Place, type Problem, placeText } from './problem.ts'

/** Exit codes of the command line, one per kind of failure; `docs/operations.md` lists them. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  configuration: 2,
  authentication: 3,
  missing: 4,
  forbidden: 5,
  publishing: 6,
  timeout: 7,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface ErrorDetails {
  /** What the reader can do about it; shown apart from the message. */
  readonly hint?: string | undefined
  /** Where in a file it is; the message begins with it. */
  readonly place?: Place | undefined
  /** Kept only where it cannot hold a credential, a value or an answer's body. */
  readonly cause?: unknown
}

/**
 * An error meant for a person. The message says what failed on which object: lower-case, without a full stop, never with
 * a secret's value; the remedy stands in `hint`.
 */
export class KeyturnError extends Error {
  override readonly name: string = 'KeyturnError'
  /** The message without the place before it. */
  readonly problem: string
  readonly place: Place | undefined
  readonly hint: string | undefined

  constructor(problem: string, { place, hint, cause }: ErrorDetails = {}) {
    super(
      place === undefined ? problem : `${placeText(place)}: ${problem}`,
      cause === undefined ? undefined : { cause },
    )
    this.problem = problem
    this.place = place
    this.hint = hint
  }

  get exitCode(): ExitCode {
    return exitCodes.unexpected
  }
}

/**
 * Why a provider could not answer.
 * - `unreachable`: no answer at all (DNS, connect, TLS, timeout)
 * - `sealed`, `unavailable` (5xx), `throttled` (429 and its kin), `malformed` (an answer that cannot be read, or too large)
 * - `unauthenticated`: the login itself was refused
 * - `forbidden` (403) and `missing` (404): the session is good, this secret is not to be had
 */
export type FailureKind =
  | 'unreachable'
  | 'sealed'
  | 'unavailable'
  | 'throttled'
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'

const transientKinds: ReadonlySet<FailureKind> = new Set([
  'unreachable',
  'sealed',
  'unavailable',
  'throttled',
  'malformed',
])

export interface ProviderErrorDetails extends ErrorDetails {
  /** From Retry-After: no request to this provider before so many milliseconds have passed. */
  readonly retryAfterMs?: number | undefined
}

/** The one error that a provider throws. It never holds a credential, a value or an answer's body, at any depth. */
export class ProviderError extends KeyturnError {
  override readonly name = 'ProviderError'
  readonly kind: FailureKind
  readonly retryAfterMs: number | undefined

  constructor(kind: FailureKind, message: string, details: ProviderErrorDetails = {}) {
    super(message, details)
    this.kind = kind
    this.retryAfterMs = details.retryAfterMs
  }

  /** True where the backend as a whole is in trouble, so that waiting helps and asking for another secret does not. */
  get transient(): boolean {
    return transientKinds.has(this.kind)
  }

  override get exitCode(): ExitCode {
    if (this.kind === 'unauthenticated') return exitCodes.authentication
    if (this.kind === 'forbidden') return exitCodes.forbidden
    return exitCodes.missing
  }
}

/** A configuration, reference or template that cannot be used as written. */
export class ConfigurationError extends KeyturnError {
  override readonly name = 'ConfigurationError'

  override get exitCode(): ExitCode {
    return exitCodes.configuration
  }
}

/** A rendered output that could not be put in place. The published one stays. */
export class PublishError extends KeyturnError {
  override readonly name = 'PublishError'

  override get exitCode(): ExitCode {
    return exitCodes.publishing
  }
}

/** A template that parses but cannot be rendered with the secrets as they are. Names keys, never values. */
export class RenderError extends KeyturnError {
  override readonly name = 'RenderError'

  override get exitCode(): ExitCode {
    return exitCodes.publishing
  }
}

/** A notification that was not delivered; the agent keeps it as a debt and tries again. */
export class NotifyError extends KeyturnError {
  override readonly name = 'NotifyError'
}

/** What was thrown as a mistake: the message without its place, the place, and the hint. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof KeyturnError)) return { message: messageOf(error) }
  return { ...error.place, message: error.problem, hint: error.hint }
}

/** What a log line says of a mistake beside its message. Not the line as it is written: it may hold what it should not. */
export function logFields({ file, line, column, hint }: Omit<Problem, 'message'>) {
  return { file, line, column, hint }
}

/** The message of anything thrown, for a log line or a status row. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { ProviderError } from '../../core/errors.ts'
import type { Clock, Journal, Random } from '../../core/ports.ts'
import { CredentialFileError, type CredentialReader } from '../../platform/read-credential.ts'
import { untilAborted } from '../../platform/until-aborted.ts'
import { createLogIn } from './auth/log-in.ts'
import type { VaultClient, VaultDocument } from './client.ts'
import type { VaultSettings } from './settings.ts'
import { isAlive, recallToken, rememberToken, type Token, tokenOf } from './token.ts'

export interface Session {
  /**
   * Runs a request with a valid token, and the name of its session; once more with a new one where the server no longer
   * knew the token.
   */
  withToken<T>(request: (token: string, session: string) => Promise<T>, signal: AbortSignal): Promise<T>
  /** Whether leases of that session live on with the token in use. */
  isCurrent(session: string | undefined): boolean
  /** See Provider.keepAlive. */
  keepAlive(signal: AbortSignal): Promise<number>
  /**
   * Revokes every token it obtained, and with it all leases.
   * @throws ProviderError
   */
  revoke(signal: AbortSignal): Promise<void>
  /** See Provider.remember. */
  remember(): string | undefined
  /** See Provider.resume. */
  resume(remembered: string): void
  close(): void
}

export interface SessionParts {
  readonly client: VaultClient
  readonly credentials: CredentialReader
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
  /** Told when another token has taken the place of one, which lives on for a while if it was not lost. */
  readonly ended: (session: string) => void
}

/** Of a token's life; each agent has its own within the jitter, so that a fleet that logged in at once drifts apart. */
const renewal = { share: 2 / 3, jitter: 0.05 }
/** A server that grants tokens without a life must not be asked all the time. */
const shortestWaitMs = 500
/** A token without an end is looked at again now and then. */
const unlimitedWaitMs = 3_600_000
/** A policy that forbids one secret must not make each of its polls ask whether the token is still known. */
const lookupIntervalMs = 5_000
/** A role that may not look its token up seems to have lost it at each refusal: a new one that helps nothing ends that. */
const replaceIntervalMs = 60_000

export function createSession(settings: VaultSettings, parts: SessionParts): Session {
  const { client, clock, journal } = parts
  const renewalShare = renewal.share + renewal.jitter * (2 * parts.random() - 1)
  const logIn = createLogIn(settings.auth, parts)
  const closing = new AbortController()
  let token: Token | undefined
  /** They live on until the leases under them are replaced; only their own end, or ours, ends them. */
  let earlier: Token[] = []
  let loggingIn: Promise<Token> | undefined
  let replacedInVainAt = Number.NEGATIVE_INFINITY
  let suspicion:
    | { readonly of: Token; readonly at: number; readonly successor: Promise<Token | undefined> }
    | undefined

  /** One login for all that wait; it belongs to no caller, so that one that gives up takes none along. */
  function obtain(): Promise<Token> {
    loggingIn ??= obtainToken().finally(() => {
      loggingIn = undefined
    })
    return loggingIn
  }

  async function obtainToken(): Promise<Token> {
    const startedAt = clock.uptime()
    const answer = await logIn(closing.signal).catch((error: unknown) => {
      throw loginFailure(error, settings)
    })
    const obtained = tokenOf(answer, startedAt)
    const { auth } = settings
    const { method } = auth
    journal.record('info', 'logged_in', `logged in to ${settings.name} by ${method}`, {
      provider: settings.name,
      method,
      mount: 'mount' in auth ? auth.mount : undefined,
      ttl_ms: obtained.ttlMs,
    })
    // A token file may still hold the token it held before.
    return obtained.value === token?.value ? { ...obtained, session: token.session } : obtained
  }

  function adopt(next: Token): Token {
    const before = token
    token = next
    if (before === undefined || before.session === next.session) return next
    earlier = [...earlier, before].filter(other => isAlive(other, clock.uptime()))
    parts.ended(before.session)
    return next
  }

  async function login(): Promise<Token> {
    return adopt(await obtain())
  }

  async function current(signal: AbortSignal): Promise<Token> {
    return token ?? (await untilAborted(login(), signal))
  }

  /** Another token to try where the server may have lost one, for which it has just refused something. */
  function successorOf(suspect: Token): Promise<Token | undefined> {
    const now = clock.uptime()
    if (now - replacedInVainAt < replaceIntervalMs) return Promise.resolve(undefined)
    if (suspicion?.of !== suspect || now - suspicion.at > lookupIntervalMs) {
      const successor = findSuccessor(suspect)
      suspicion = { of: suspect, at: now, successor }
      successor.catch(() => {
        suspicion = undefined
      })
    }
    return suspicion.successor
  }

  async function findSuccessor(suspect: Token): Promise<Token | undefined> {
    if (await isKnown(suspect)) return undefined
    const successor = await obtain()
    // Where not even a new token may look itself up, nothing says that the old one is lost: the request itself will.
    return (await isKnown(successor)) ? adopt(successor) : successor
  }

  function isKnown({ value }: Token): Promise<boolean> {
    return client
      .ask({ method: 'GET', path: 'auth/token/lookup-self', token: value, signal: closing.signal })
      .then(
        () => true,
        error => !isForbidden(error),
      )
  }

  /** The renewed token, or undefined where only a new login helps. */
  async function renew(old: Token, signal: AbortSignal): Promise<Token | undefined> {
    if (!old.renewable) return undefined
    const path = 'auth/token/renew-self'
    const startedAt = clock.uptime()
    const answer = await client
      .ask({ method: 'POST', path, token: old.value, body: {}, signal })
      .catch((error: unknown): VaultDocument | undefined => {
        if (error instanceof ProviderError && !error.transient) return undefined
        throw error
      })
    if (answer === undefined) return undefined
    const { value, session } = old
    const renewed = { ...tokenOf(answer, startedAt), value, session }
    // Less than was asked for means that max_ttl cuts it short: the new token is obtained while the old one works.
    return renewed.ttlMs < 0.9 * old.ttlMs ? undefined : renewed
  }

  return {
    async withToken(request, signal) {
      const used = await current(signal)
      try {
        return await request(used.value, used.session)
      } catch (error) {
        if (!isForbidden(error)) throw error
        const next = token === used ? await untilAborted(successorOf(used), signal) : token
        if (next === undefined) throw error
        const answer = await request(next.value, next.session).catch(again => {
          if (isForbidden(again)) replacedInVainAt = clock.uptime()
          throw again
        })
        if (token === used) adopt(next)
        return answer
      }
    },

    isCurrent: session => session !== undefined && token?.session === session,

    async keepAlive(signal) {
      const old = await current(signal)
      if (old.ttlMs === 0) return unlimitedWaitMs
      const dueMs = old.obtainedAt + old.ttlMs * renewalShare - clock.uptime()
      if (dueMs > 0) return dueMs
      const renewed = await renew(old, signal)
      if (renewed !== undefined) {
        if (token === old) token = renewed
        journal.record('debug', 'token_renewed', `token of ${settings.name} renewed`, {
          provider: settings.name,
          ttl_ms: renewed.ttlMs,
        })
      }
      const { ttlMs } = renewed ?? (await untilAborted(login(), signal))
      return Math.max(ttlMs * renewalShare, shortestWaitMs)
    },

    async revoke(signal) {
      const path = 'auth/token/revoke-self'
      const living = [token, ...earlier].filter(
        other => other !== undefined && isAlive(other, clock.uptime()),
      )
      const body = {}
      await Promise.all(
        living.map(other => client.ask({ method: 'POST', path, token: other?.value, body, signal })),
      )
      token = undefined
      earlier = []
    },

    remember: () => token && rememberToken(token, settings),

    resume(remembered) {
      const kept = recallToken(remembered, settings)
      if (kept !== undefined && isAlive(kept, clock.uptime())) token = kept
    },

    close: () => closing.abort(new ProviderError('unreachable', `${settings.name} is closed`)),
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof ProviderError && error.kind === 'forbidden'
}

/** A refused login concerns every secret; an unreachable or sealed server keeps its own kind. */
function loginFailure(error: unknown, { name, auth }: VaultSettings): unknown {
  if (error instanceof CredentialFileError) {
    return new ProviderError('unauthenticated', `${name}: ${error.message}`, { hint: error.hint })
  }
  if (!(error instanceof ProviderError) || error.transient || error.kind === 'unauthenticated') return error
  return new ProviderError('unauthenticated', `${name} refused the login by ${auth.method}`, {
    hint: 'check the role, its credentials, and the mount of the auth method',
  })
}

import { ProviderError } from '../../core/errors.ts'
import type { Clock, Journal } from '../../core/ports.ts'
import { CredentialFileError, type CredentialReader } from '../../platform/read-credential.ts'
import { untilAborted } from '../../platform/until-aborted.ts'
import { createLogIn } from './auth/log-in.ts'
import type { VaultClient, VaultDocument } from './client.ts'
import type { VaultSettings } from './settings.ts'
import { type Token, tokenOf } from './token.ts'

export interface Session {
  /** Runs a request with a valid token; once more with a new one where the server no longer knew the token. */
  withToken<T>(request: (token: string) => Promise<T>, signal: AbortSignal): Promise<T>
  /** See Provider.keepAlive. */
  keepAlive(signal: AbortSignal): Promise<number>
  close(): void
}

export interface SessionParts {
  readonly client: VaultClient
  readonly credentials: CredentialReader
  readonly clock: Clock
  readonly journal: Journal
}

const renewalShare = 2 / 3
const shortestWaitMs = 1_000
/** A token without an end is looked at again now and then. */
const unlimitedWaitMs = 3_600_000
/** A policy that forbids one secret must not make each of its polls ask whether the token is still known. */
const lookupIntervalMs = 5_000
/** A role that may not look its token up seems to have lost it at each refusal: a new one that helps nothing ends that. */
const replaceIntervalMs = 60_000

export function createSession(settings: VaultSettings, parts: SessionParts): Session {
  const { client, clock, journal } = parts
  const logIn = createLogIn(settings.auth, parts)
  const closing = new AbortController()
  let token: Token | undefined
  let loggingIn: Promise<Token> | undefined
  let replacedInVainAt = Number.NEGATIVE_INFINITY
  let lookedUp: { readonly token: Token; readonly at: number; readonly lost: Promise<boolean> } | undefined

  /** One login for all that wait; it belongs to no caller, so that one that gives up takes none along. */
  function login(): Promise<Token> {
    loggingIn ??= obtainToken().finally(() => {
      loggingIn = undefined
    })
    return loggingIn
  }

  async function obtainToken(): Promise<Token> {
    const startedAt = clock.now()
    const answer = await logIn(closing.signal).catch((error: unknown) => {
      throw loginFailure(error, settings)
    })
    token = tokenOf(answer, startedAt)
    const { auth } = settings
    const { method } = auth
    journal.record('info', 'logged_in', `logged in to ${settings.name} by ${method}`, {
      provider: settings.name,
      method,
      mount: 'mount' in auth ? auth.mount : undefined,
      ttl_ms: token.ttlMs,
    })
    return token
  }

  async function current(signal: AbortSignal): Promise<Token> {
    return token ?? (await untilAborted(login(), signal))
  }

  /** Whether the server has forgotten a token for which it has just refused something. */
  async function isLost(asked: Token, signal: AbortSignal): Promise<boolean> {
    const now = clock.now()
    if (now - replacedInVainAt < replaceIntervalMs) return false
    if (lookedUp?.token !== asked || now - lookedUp.at > lookupIntervalMs) {
      const lost = client
        .ask({ method: 'GET', path: 'auth/token/lookup-self', token: asked.value, signal: closing.signal })
        .then(() => false, isForbidden)
      lookedUp = { token: asked, at: now, lost }
    }
    return untilAborted(lookedUp.lost, signal)
  }

  /** The renewed token, or undefined where only a new login helps. */
  async function renew(old: Token, signal: AbortSignal): Promise<Token | undefined> {
    if (!old.renewable) return undefined
    const path = 'auth/token/renew-self'
    const startedAt = clock.now()
    const answer = await client
      .ask({ method: 'POST', path, token: old.value, body: {}, signal })
      .catch((error: unknown): VaultDocument | undefined => {
        if (error instanceof ProviderError && !error.transient) return undefined
        throw error
      })
    if (answer === undefined) return undefined
    const renewed = { ...tokenOf(answer, startedAt), value: old.value }
    // Less than was asked for means that max_ttl cuts it short: the new token is obtained while the old one works.
    return renewed.ttlMs < 0.9 * old.ttlMs ? undefined : renewed
  }

  return {
    async withToken(request, signal) {
      const used = await current(signal)
      try {
        return await request(used.value)
      } catch (error) {
        if (!isForbidden(error) || (token === used && !(await isLost(used, signal)))) throw error
        if (token === used) token = undefined
      }
      const fresh = await current(signal)
      return request(fresh.value).catch(error => {
        if (isForbidden(error)) replacedInVainAt = clock.now()
        throw error
      })
    },

    async keepAlive(signal) {
      const old = await current(signal)
      if (old.ttlMs === 0) return unlimitedWaitMs
      const dueMs = old.obtainedAt + old.ttlMs * renewalShare - clock.now()
      if (dueMs > 0) return Math.max(dueMs, shortestWaitMs)
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

import { createHash, randomUUID } from 'node:crypto'
import { ProviderError } from '../../core/errors.ts'
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../core/json.ts'
import type { VaultDocument } from './client.ts'
import type { VaultSettings } from './settings.ts'

/** A token and what is known of its life. */
export interface Token {
  /** Tells it apart from others without telling it. Leases issued under it end with it. */
  readonly session: string
  readonly value: string
  /** 0 where it does not expire. */
  readonly ttlMs: number
  readonly renewable: boolean
  /** Clock.uptime(). */
  readonly obtainedAt: number
}

/** The token of a login's or renewal's answer. */
export function tokenOf({ root }: VaultDocument, now: number): Token {
  const auth = root.get('auth')
  const value = isJsonObject(auth) ? auth.get('client_token') : undefined
  if (!isJsonObject(auth) || typeof value !== 'string') {
    throw new ProviderError('malformed', 'the answer to the login holds no token')
  }
  return {
    session: randomUUID(),
    value,
    ttlMs: secondsIn(auth.get('lease_duration')) * 1_000,
    renewable: auth.get('renewable') === true,
    obtainedAt: now,
  }
}

export function secondsIn(value: Json | undefined): number {
  return value instanceof JsonNumber ? Number(value.text) : 0
}

export function isAlive({ ttlMs, obtainedAt }: Token, now: number): boolean {
  return ttlMs === 0 || now < obtainedAt + ttlMs
}

/** A token as text, for another process; see Provider.remember. */
export function rememberToken(token: Token, settings: VaultSettings): string {
  const { session, value, ttlMs, renewable, obtainedAt } = token
  const seconds = { ttl: ttlMs / 1_000, obtained: obtainedAt / 1_000 }
  return JSON.stringify({ login: loginOf(settings), session, value, renewable, ...seconds })
}

/** The token of such a text, unless it was obtained elsewhere or by another login. */
export function recallToken(remembered: string, settings: VaultSettings): Token | undefined {
  const { root } = parseJson(remembered)
  if (!isJsonObject(root) || root.get('login') !== loginOf(settings)) return undefined
  const [session, value] = [root.get('session'), root.get('value')]
  if (typeof session !== 'string' || typeof value !== 'string') return undefined
  const [ttl, obtained] = [secondsIn(root.get('ttl')), secondsIn(root.get('obtained'))]
  return {
    session,
    value,
    ttlMs: ttl * 1_000,
    renewable: root.get('renewable') === true,
    obtainedAt: obtained * 1_000,
  }
}

/** Equal for equal logins: at the same server, in the same namespace, as the same role. */
function loginOf({ address, namespace, auth }: VaultSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([address, namespace, auth]))
    .digest('hex')
}

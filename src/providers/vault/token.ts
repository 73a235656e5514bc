import { ProviderError } from '../../core/errors.ts'
import { isJsonObject, type Json, JsonNumber } from '../../core/json.ts'
import type { VaultDocument } from './client.ts'

/** A token and what is known of its life. */
export interface Token {
  readonly value: string
  /** 0 where it does not expire. */
  readonly ttlMs: number
  readonly renewable: boolean
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
    value,
    ttlMs: secondsIn(auth.get('lease_duration')) * 1_000,
    renewable: auth.get('renewable') === true,
    obtainedAt: now,
  }
}

export function secondsIn(value: Json | undefined): number {
  return value instanceof JsonNumber ? Number(value.text) : 0
}

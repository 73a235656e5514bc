import { randomBytes } from 'node:crypto'
import type { Struct } from './go-json.ts'
import { formatTime } from './go-time.ts'
import { revokeLeasesOf } from './leases.ts'
import { refuse } from './refusal.ts'
import type { Namespace, Store } from './state.ts'
import { grantTtl, type TtlLimits } from './ttl.ts'

export interface Token {
  readonly id: string
  readonly accessor: string
  /** Path of the namespace it was made in; its policies are those of that namespace. */
  readonly namespace: string
  readonly policies: readonly string[]
  /** The request that made it. */
  readonly path: string
  readonly displayName: string
  readonly meta: Readonly<Record<string, string>> | null
  /** The token that made it and takes it along when revoked; undefined for orphans. */
  readonly parent: string | undefined
  readonly limits: TtlLimits
  readonly issuedAt: number
  readonly creationTtl: number
  readonly renewable: boolean
  expiresAt: number | null
  renewedAt: number | null
  /** Seconds granted last. */
  granted: number
  /** 0 without limit, -1 during the last use. */
  usesLeft: number
}

export interface TokenRequest {
  readonly namespace: Namespace
  readonly id?: string | undefined
  readonly policies: readonly string[]
  readonly path: string
  readonly displayName: string
  readonly meta: Readonly<Record<string, string>> | null
  readonly parent?: string | undefined
  readonly limits: TtlLimits
  readonly renewable?: boolean
  readonly numUses?: number
}

/** Makes a token. One with the root policy and no ttl never expires. */
export function createToken(
  store: Store,
  wanted: TokenRequest,
): { token: Token; warnings: readonly string[] } {
  const now = store.now()
  const eternal = wanted.policies.includes('root') && wanted.limits.ttl === 0 && wanted.limits.period === 0
  const grant = eternal ? { seconds: 0, warnings: [] } : grantTtl(wanted.limits, { now, issued: now })
  const suffix = wanted.namespace.path === '' ? '' : `.${wanted.namespace.id}`
  const token: Token = {
    id: wanted.id ?? `s.${randomText(24)}${suffix}`,
    accessor: `${randomText(24)}${suffix}`,
    namespace: wanted.namespace.path,
    policies: wanted.policies,
    path: wanted.path,
    displayName: wanted.displayName,
    meta: wanted.meta,
    parent: wanted.parent,
    limits: wanted.limits,
    issuedAt: now,
    creationTtl: grant.seconds,
    renewable: (wanted.renewable ?? true) && !eternal,
    expiresAt: eternal ? null : now + grant.seconds * 1000,
    renewedAt: null,
    granted: grant.seconds,
    usesLeft: wanted.numUses ?? 0,
  }
  store.state.tokens[token.id] = token
  return { token, warnings: grant.warnings }
}

/** Extends a token, and answers what there is to warn of. */
export function renewToken(store: Store, token: Token, increment: number): readonly string[] {
  if (!token.renewable) refuse(400, 'lease is not renewable')
  const now = store.now()
  const grant = grantTtl(token.limits, { now, issued: token.issuedAt, increment })
  token.granted = grant.seconds
  token.expiresAt = now + grant.seconds * 1000
  token.renewedAt = now
  return grant.warnings
}

/** Ends a token, the tokens it made, and the leases of them all. */
export function revokeToken(store: Store, token: Token): void {
  const { tokens, wrapped } = store.state
  delete tokens[token.id]
  delete wrapped[token.id]
  revokeLeasesOf(store, token)
  for (const child of Object.values(tokens)) if (child.parent === token.id) revokeToken(store, child)
}

/** Ends what has expired by the store's clock. */
export function revokeExpiredTokens(store: Store): void {
  const now = store.now()
  for (const token of Object.values(store.state.tokens)) {
    if (token.expiresAt !== null && token.expiresAt <= now) revokeToken(store, token)
  }
}

export function findByAccessor(store: Store, accessor: string): Token | undefined {
  return Object.values(store.state.tokens).find(token => token.accessor === accessor)
}

/** The `auth` of an answer. */
export function authOf(token: Token): Struct {
  return new Map<string, unknown>([
    ['client_token', token.id],
    ['accessor', token.accessor],
    ['policies', token.policies],
    ['token_policies', token.policies],
    ['metadata', token.meta],
    ['lease_duration', token.granted],
    ['renewable', token.renewable],
    ['entity_id', ''],
    ['token_type', 'service'],
    ['orphan', token.parent === undefined],
    ['mfa_requirement', null],
    ['num_uses', token.usesLeft],
  ])
}

/** The `data` of a look-up. */
export function describeToken(store: Store, token: Token): object {
  return {
    accessor: token.accessor,
    creation_time: Math.floor(token.issuedAt / 1000),
    creation_ttl: token.creationTtl,
    display_name: token.displayName,
    entity_id: '',
    expire_time: token.expiresAt === null ? null : formatTime(token.expiresAt),
    explicit_max_ttl: token.limits.explicitMaxTtl,
    id: token.id,
    issue_time: formatTime(token.issuedAt),
    ...(token.renewedAt === null
      ? {}
      : { last_renewal: formatTime(token.renewedAt), last_renewal_time: Math.floor(token.renewedAt / 1000) }),
    meta: token.meta,
    num_uses: token.usesLeft,
    orphan: token.parent === undefined,
    path: token.path,
    ...(token.limits.period > 0 ? { period: token.limits.period } : {}),
    policies: token.policies,
    renewable: token.renewable,
    ttl: token.expiresAt === null ? 0 : Math.floor((token.expiresAt - store.now()) / 1000),
    type: 'service',
  }
}

/** Letters and digits without bias. */
export function randomText(length: number): string {
  const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += symbols[byte % 62]
  }
  return text
}

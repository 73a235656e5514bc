import { textField } from './fields.ts'
import { formatTime, parseSeconds } from './go-time.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import type { Store } from './state.ts'
import { randomText, type Token } from './tokens.ts'
import { grantTtl, type TtlLimits } from './ttl.ts'

/** A credential that was issued for a time. It stays known after its end, so that a test can see that it was revoked. */
export interface Lease {
  readonly id: string
  readonly path: string
  /** The token it was issued to; it ends with it. */
  readonly token: string
  readonly limits: TtlLimits
  readonly renewable: boolean
  readonly issuedAt: number
  expiresAt: number
  renewedAt: number | null
  /** Seconds granted last. */
  granted: number
  /** When it was revoked or expired; null while it lives. */
  endedAt: number | null
}

export const leaseRoutes: readonly Route[] = [
  { operations: ['write'], pattern: 'leases/renew/*lease', run: renew },
  { operations: ['write'], pattern: 'renew/*lease', run: renew },
  { operations: ['write'], pattern: 'leases/revoke/*lease', run: revoke },
  { operations: ['write'], pattern: 'revoke/*lease', run: revoke },
  { operations: ['write'], pattern: 'leases/revoke-prefix/*prefix', run: revokePrefix },
  { operations: ['write'], pattern: 'leases/lookup', run: lookUp },
  { operations: ['list'], pattern: 'leases/lookup/*prefix', run: list },
]

export function issueLease(
  call: Call,
  limits: TtlLimits,
  renewable: boolean,
): { lease: Lease; warnings: readonly string[] } {
  const now = call.store.now()
  const grant = grantTtl(limits, { now, issued: now })
  const path = call.namespace.path + call.path
  const lease: Lease = {
    id: `${path}/${randomText(24)}`,
    path,
    token: (call.token ?? refuse(403, 'permission denied')).id,
    limits,
    renewable,
    issuedAt: now,
    expiresAt: now + grant.seconds * 1000,
    renewedAt: null,
    granted: grant.seconds,
    endedAt: null,
  }
  call.store.state.leases[lease.id] = lease
  call.store.changed = true
  return { lease, warnings: grant.warnings }
}

export function revokeLeasesOf(store: Store, token: Token): void {
  for (const lease of livingLeases(store)) if (lease.token === token.id) lease.endedAt = store.now()
}

export function endExpiredLeases(store: Store): void {
  for (const lease of livingLeases(store)) if (lease.expiresAt <= store.now()) lease.endedAt = lease.expiresAt
}

function livingLeases(store: Store): Lease[] {
  return Object.values(store.state.leases).filter(lease => lease.endedAt === null)
}

function renew(call: Call): Answer {
  const lease = find(call) ?? refuse(400, 'lease not found')
  if (!lease.renewable) refuse(400, 'lease is not renewable')
  const now = call.store.now()
  const increment = parseSeconds(call.body['increment'], 'increment')
  const grant = grantTtl(lease.limits, { now, issued: lease.issuedAt, increment })
  lease.granted = grant.seconds
  lease.expiresAt = now + grant.seconds * 1000
  lease.renewedAt = now
  return { lease, warnings: grant.warnings }
}

function revoke(call: Call): undefined {
  const lease = find(call)
  if (lease !== undefined) lease.endedAt = call.store.now()
}

function revokePrefix(call: Call): undefined {
  const prefix = call.namespace.path + param(call, 'prefix')
  for (const lease of livingLeases(call.store))
    if (lease.id.startsWith(prefix)) lease.endedAt = call.store.now()
}

function lookUp(call: Call): Answer {
  const lease = find(call) ?? refuse(400, 'invalid lease')
  return {
    data: {
      id: lease.id,
      issue_time: formatTime(lease.issuedAt),
      expire_time: formatTime(lease.expiresAt),
      last_renewal: lease.renewedAt === null ? null : formatTime(lease.renewedAt),
      path: lease.path,
      renewable: lease.renewable,
      ttl: Math.floor((lease.expiresAt - call.store.now()) / 1000),
    },
  }
}

function list(call: Call): Answer {
  const prefix = `${call.namespace.path}${param(call, 'prefix')}`.replace(/\/*$/, '/')
  const below = livingLeases(call.store).filter(lease => lease.id.startsWith(prefix))
  if (below.length === 0) refuse(404)
  return { data: { keys: below.map(lease => lease.id.slice(prefix.length)).sort() } }
}

function find(call: Call): Lease | undefined {
  const id = textField(call.body, 'lease_id') || param(call, 'lease')
  if (id === '') return refuse(400, 'lease_id must be specified')
  const lease = call.store.state.leases[id]
  return lease?.endedAt === null ? lease : undefined
}

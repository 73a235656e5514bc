import { secretKey } from '../core/reference.ts'
import type { Lease, Secret } from '../core/secret.ts'
import type { SecretStatus } from '../core/status.ts'
import type { SecretPlan } from './plan.ts'
import type { RetiredLease } from './retire-leases.ts'

const minMaxStaleMs = 15 * 60_000

/** One secret that the agent keeps up to date, with what it knows of it. Its instants are of Clock.uptime(), which never jumps. */
export interface WatchedSecret {
  readonly key: string
  readonly plan: SecretPlan
  /** The last good answer; `null` where an optional secret does not exist; undefined before the first answer. */
  secret: Secret | null | undefined
  fetchedAt: number | undefined
  /** When it is due next; Infinity while a read is under way. */
  nextAt: number
  /** Present while a lease runs. */
  lease: RunningLease | undefined
  /** When the backend is expected to have rotated it by itself; a poll comes no later. */
  rotationPollAt: number | undefined
  /** Reads in a row that came when its rotation was due, and too early. */
  overdue: number
  /** Asked for while a read was under way: that one's answer may be too old. */
  wanted: boolean
  /** Answers in a row that say it is not to be had. */
  refusals: number
  /** Refused for good where the configuration says `on_revoked: remove`: nothing may show it any more. */
  withdrawn: boolean
  failures: number
  lastError: Error | undefined
  /** The provider's outage since which its polls have a random phase: the first interval after it is cut at random. */
  phase: number | undefined
  /** The read under way, which a further read waits for, so that an older answer never replaces a newer one. */
  reading: Promise<void> | undefined
}

/** What one agent leaves to the next: a new configuration, or a restart, then costs no lease. */
export interface Carried {
  /** By key. */
  readonly secrets: ReadonlyMap<string, CarriedSecret>
  readonly retired: readonly RetiredLease[]
}

export type CarriedSecret = Pick<
  WatchedSecret,
  'secret' | 'fetchedAt' | 'nextAt' | 'lease' | 'failures' | 'lastError' | 'withdrawn'
>

export interface RunningLease {
  readonly lease: Lease
  readonly expiresAt: number
  /** False once the backend grants less than at first: its max_ttl is near, and the next step is a new secret. */
  readonly renew: boolean
}

export function watchSecret(plan: SecretPlan): WatchedSecret {
  return {
    key: secretKey(plan.reference),
    plan,
    secret: undefined,
    fetchedAt: undefined,
    nextAt: 0,
    lease: undefined,
    rotationPollAt: undefined,
    overdue: 0,
    wanted: false,
    refusals: 0,
    withdrawn: false,
    failures: 0,
    lastError: undefined,
    phase: undefined,
    reading: undefined,
  }
}

/** A write that nothing ends: it is never made again by itself, for each time has effects and another answer. */
export function isMadeForGood({ plan, secret, lease }: WatchedSecret): boolean {
  return plan.reference.write !== undefined && secret !== undefined && lease === undefined
}

/** Undefined where it does not age. */
function maxStaleMs(watched: WatchedSecret): number | undefined {
  if (isMadeForGood(watched)) return undefined
  return watched.plan.maxStaleMs ?? Math.max(10 * watched.plan.refreshMs, minMaxStaleMs)
}

/** Older than its bound (G5): the end of its lease, or `max_stale` since the last answer. */
export function isStale(watched: WatchedSecret, uptimeMs: number): boolean {
  if (watched.withdrawn) return true
  if (watched.secret === null) return false
  if (watched.fetchedAt === undefined) return true
  if (watched.lease !== undefined && watched.plan.maxStaleMs === undefined)
    return uptimeMs >= watched.lease.expiresAt
  return uptimeMs - watched.fetchedAt > (maxStaleMs(watched) ?? Number.POSITIVE_INFINITY)
}

export function secretStatus(
  watched: WatchedSecret,
  { now, uptimeMs }: { now: number; uptimeMs: number },
): SecretStatus {
  const shown = (instant: number | undefined) => instant && Math.round(now - uptimeMs + instant)
  return {
    names: watched.plan.names,
    reference: watched.key,
    version: watched.secret?.version,
    fetchedAt: shown(watched.fetchedAt),
    nextFetchAt: Number.isFinite(watched.nextAt) ? shown(watched.nextAt) : undefined,
    maxStaleMs: maxStaleMs(watched),
    stale: isStale(watched, uptimeMs),
    leaseExpiresAt: shown(watched.lease?.expiresAt),
    failures: watched.failures,
    lastError: watched.lastError?.message,
  }
}

import { type BackoffLimits, backoffMs } from '../core/backoff.ts'
import { ProviderError } from '../core/errors.ts'
import type { Clock, Journal, Provider, Publisher, Random } from '../core/ports.ts'
import type { Lease, Secret } from '../core/secret.ts'
import { concernsWholeProvider, type ProviderHealth } from './provider-health.ts'
import { type RetiredLease, retireLease } from './retire-leases.ts'
import type { RunningLease, WatchedSecret } from './watched-secret.ts'

export interface ReadParts {
  readonly provider: Provider
  readonly health: ProviderHealth
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
  readonly publisher: Pick<Publisher, 'complete'>
  /** Takes the lease that a new one has replaced. */
  readonly retire: (lease: RetiredLease) => void
}

/**
 * What a read found; `arrived` is a first answer, which nothing older can contradict; `withdrawn`, that its outputs must
 * go.
 */
export type ReadOutcome = 'unchanged' | 'arrived' | 'rotated' | 'withdrawn' | 'failed'

const leaseShare = 2 / 3
/** An authority near its own end issues shorter and shorter certificates; of a lease the last second counts. */
const shortestWaitMs = { certificate: 1_000, lease: 200 }
/** A replica that lags, or a policy that is just being written, refuses once or twice; so often it is meant. */
const refusalsForGood = 3

/**
 * One step in the life of a watched secret: renews its lease where that will do, else fetches it, and notes on
 * `watched` what came of it and when it is due next. Throws nothing but the reason of an aborted signal.
 */
export async function readSecret(
  watched: WatchedSecret,
  parts: ReadParts,
  signal: AbortSignal,
): Promise<ReadOutcome> {
  watched.nextAt = Number.POSITIVE_INFINITY
  watched.wanted = false
  const askedAt = parts.clock.uptime()
  try {
    const outcome = (await renewed(watched, parts, signal))
      ? 'unchanged'
      : await fetched(watched, parts, signal)
    parts.health.succeeded()
    watched.failures = 0
    watched.refusals = 0
    parts.health.refused.delete(watched)
    watched.withdrawn = false
    watched.lastError = undefined
    return outcome
  } catch (error) {
    signal.throwIfAborted()
    return failed(watched, { thrown: error, askedAt }, parts)
  } finally {
    if (watched.wanted) watched.nextAt = 0
  }
}

async function renewed(watched: WatchedSecret, parts: ReadParts, signal: AbortSignal): Promise<boolean> {
  const { lease: running } = watched
  const { provider, clock, journal } = parts
  const askedAt = clock.uptime()
  if (!running?.renew || provider.renew === undefined || isNearItsEnd(running, askedAt)) return false
  try {
    const granted = await provider.renew(running.lease, signal)
    // Less than at first means that max_ttl cuts it short: from here on only a new credential helps.
    const renew = granted.renewable && granted.ttlMs > 0.9 * running.lease.ttlMs
    runLease(watched, granted, { parts, renew, askedAt })
    watched.fetchedAt = clock.uptime()
    journal.record('debug', 'lease_renewed', `lease of ${watched.key} renewed`, {
      secret: watched.key,
      ttl_ms: granted.ttlMs,
    })
    return true
  } catch (error) {
    if (error instanceof ProviderError && !concernsWholeProvider(error)) return false
    throw error
  }
}

/** So near that one more failed renewal could cost it: a new credential is fetched instead, while this one still works. */
function isNearItsEnd({ lease, expiresAt }: RunningLease, now: number): boolean {
  return now >= expiresAt - Math.max(lease.ttlMs / 10, Math.min(lease.ttlMs / 4, 10_000))
}

async function fetched(watched: WatchedSecret, parts: ReadParts, signal: AbortSignal): Promise<ReadOutcome> {
  const { provider, clock, journal } = parts
  const { reference, optional } = watched.plan
  const before = watched.secret
  const askedAt = clock.uptime()
  const secret = await provider.fetch(reference, signal).catch((error: unknown) => {
    const absent = error instanceof ProviderError && (error.kind === 'missing' || error.kind === 'forbidden')
    // An optional secret may be absent; one that was there is kept as its last good answer (G3).
    if (optional && absent && !before) return null
    throw error
  })
  if (secret?.lease?.id !== watched.lease?.lease.id) retireLease(watched, parts.retire)
  watched.secret = secret
  watched.fetchedAt = clock.uptime()
  scheduleNext(watched, { secret, askedAt }, parts)
  if (before?.version === secret?.version && before !== undefined) return 'unchanged'
  const [severity, event, outcome] = before
    ? (['info', 'secret_changed', 'rotated'] as const)
    : (['debug', 'secret_arrived', 'arrived'] as const)
  const version = secret?.version
  journal.record(severity, event, `${watched.key} is at version ${version ?? 'none'}`, {
    secret: watched.key,
    version,
  })
  return outcome
}

function scheduleNext(
  watched: WatchedSecret,
  { secret, askedAt }: { secret: Secret | null; askedAt: number },
  parts: ReadParts,
): void {
  if (secret?.lease !== undefined) {
    runLease(watched, secret.lease, { parts, renew: secret.lease.renewable, askedAt })
    return
  }
  watched.lease = undefined
  if (watched.plan.reference.write !== undefined) {
    watched.nextAt = Number.POSITIVE_INFINITY
    return
  }
  expectRotation(watched, secret?.rotatesInMs, parts)
  const pollAt = parts.clock.uptime() + watched.plan.refreshMs
  watched.nextAt = Math.min(pollAt, watched.rotationPollAt ?? pollAt)
}

/** Just after the backend's own rotation is due; where that is late, now and then until it has come. */
function expectRotation(
  watched: WatchedSecret,
  rotatesInMs: number | undefined,
  { clock, random }: ReadParts,
): void {
  watched.overdue = rotatesInMs === 0 ? watched.overdue + 1 : 0
  const limits = { baseMs: 1_000, maxMs: watched.plan.refreshMs }
  watched.rotationPollAt =
    rotatesInMs === undefined
      ? undefined
      : clock.uptime() + rotatesInMs + backoffMs(watched.overdue + 1, limits, random)
}

function runLease(
  watched: WatchedSecret,
  lease: Lease,
  { parts, renew, askedAt }: { parts: ReadParts; renew: boolean; askedAt: number },
): void {
  // Counted from the request on: nobody knows how long the answer was under way.
  watched.lease = { lease, expiresAt: askedAt + lease.ttlMs, renew } satisfies RunningLease
  const share = leaseShare - 0.05 + 0.1 * parts.random()
  const shortestMs = lease.id === '' ? shortestWaitMs.certificate : shortestWaitMs.lease
  watched.nextAt = askedAt + Math.max(lease.ttlMs * share, shortestMs)
}

function failed(
  watched: WatchedSecret,
  { thrown, askedAt }: { thrown: unknown; askedAt: number },
  parts: ReadParts,
): ReadOutcome {
  const { clock, health, random, journal } = parts
  const error =
    thrown instanceof ProviderError
      ? thrown
      : new ProviderError('malformed', `${watched.key} could not be read`, { cause: thrown })
  watched.failures += 1
  const repeated = watched.lastError?.message === error.message
  watched.lastError = error
  if (concernsWholeProvider(error)) {
    health.failed(error, askedAt)
    watched.nextAt = health.retryAt
  } else {
    health.succeeded()
    health.refused.add(watched)
    const limits = refusedBackoff(watched, health)
    watched.nextAt = clock.uptime() + backoffMs(watched.failures, limits, random, error.retryAfterMs)
  }
  // The same failure again is no change of state.
  journal.record(repeated ? 'debug' : 'warn', 'secret_failed', error.message, {
    secret: watched.key,
    kind: error.kind,
    failures: watched.failures,
    hint: error.hint,
  })
  return withdrawnBy(error, watched, parts) ? 'withdrawn' : 'failed'
}

/** One that is refused is back soon after it is granted; the more there are, the more seldom each is asked for. */
function refusedBackoff({ plan }: WatchedSecret, { refused }: ProviderHealth): BackoffLimits {
  const seldomMs = 30_000
  return {
    baseMs: 500,
    maxMs: plan.reference.write === undefined ? Math.min(seldomMs, 5_000 * refused.size) : seldomMs,
  }
}

/** Whether it is refused for good, just now, and the configuration wants it gone then. */
function withdrawnBy(error: ProviderError, watched: WatchedSecret, parts: ReadParts): boolean {
  watched.refusals = error.kind === 'forbidden' || error.kind === 'missing' ? watched.refusals + 1 : 0
  // Before anything is published a refusal keeps all from appearing, and there is nothing to remove.
  const removable = watched.plan.onRevoked === 'remove' && (watched.secret || parts.publisher.complete)
  if (!removable || watched.withdrawn || watched.refusals < refusalsForGood) return false
  retireLease(watched, parts.retire)
  watched.secret = null
  watched.lease = undefined
  watched.withdrawn = true
  parts.journal.record('warn', 'secret_withdrawn', `${watched.key} is refused for good: its outputs go`, {
    secret: watched.key,
    kind: error.kind,
  })
  return true
}

import { backoffMs } from '../core/backoff.ts'
import { ProviderError } from '../core/errors.ts'
import type { Clock, Journal, Provider, Random } from '../core/ports.ts'
import type { Lease, Secret } from '../core/secret.ts'
import { concernsWholeProvider, type ProviderHealth } from './provider-health.ts'
import type { RunningLease, WatchedSecret } from './watched-secret.ts'

export interface ReadParts {
  readonly provider: Provider
  readonly health: ProviderHealth
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
}

/** What a read found; `arrived` is a first answer, which nothing older can contradict. */
export type ReadOutcome = 'unchanged' | 'arrived' | 'rotated' | 'failed'

const leaseShare = 2 / 3
const unknownSecretBackoff = { baseMs: 500, maxMs: 30_000 }

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
  try {
    const outcome = (await renewed(watched, parts, signal))
      ? 'unchanged'
      : await fetched(watched, parts, signal)
    parts.health.succeeded()
    watched.failures = 0
    watched.lastError = undefined
    return outcome
  } catch (error) {
    signal.throwIfAborted()
    return failed(watched, error, parts)
  }
}

async function renewed(watched: WatchedSecret, parts: ReadParts, signal: AbortSignal): Promise<boolean> {
  const { lease: running } = watched
  const { provider, clock, journal } = parts
  if (
    running === undefined ||
    !running.renew ||
    provider.renew === undefined ||
    clock.now() >= running.expiresAt
  )
    return false
  try {
    const granted = await provider.renew(running.lease, signal)
    // Less than at first means that max_ttl cuts it short: from here on only a new credential helps.
    runLease(watched, granted, {
      parts,
      renew: granted.renewable && granted.ttlMs > 0.9 * running.lease.ttlMs,
    })
    watched.fetchedAt = clock.now()
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

async function fetched(watched: WatchedSecret, parts: ReadParts, signal: AbortSignal): Promise<ReadOutcome> {
  const { provider, clock, journal } = parts
  const { reference, optional } = watched.plan
  const before = watched.secret
  const secret = await provider.fetch(reference, signal).catch((error: unknown) => {
    const absent = error instanceof ProviderError && (error.kind === 'missing' || error.kind === 'forbidden')
    // An optional secret may be absent; one that was there is kept as its last good answer (G3).
    if (optional && absent && !before) return null
    throw error
  })
  watched.secret = secret
  watched.fetchedAt = clock.now()
  scheduleNext(watched, secret, parts)
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

function scheduleNext(watched: WatchedSecret, secret: Secret | null, parts: ReadParts): void {
  if (secret?.lease !== undefined) {
    runLease(watched, secret.lease, { parts, renew: secret.lease.renewable })
    return
  }
  watched.lease = undefined
  watched.nextAt = parts.clock.now() + watched.plan.refreshMs
}

function runLease(
  watched: WatchedSecret,
  lease: Lease,
  { parts, renew }: { parts: ReadParts; renew: boolean },
): void {
  const now = parts.clock.now()
  watched.lease = { lease, expiresAt: now + lease.ttlMs, renew } satisfies RunningLease
  watched.nextAt = now + lease.ttlMs * (leaseShare - 0.05 + 0.1 * parts.random())
}

function failed(watched: WatchedSecret, thrown: unknown, parts: ReadParts): ReadOutcome {
  const { clock, health, random, journal } = parts
  const error =
    thrown instanceof ProviderError
      ? thrown
      : new ProviderError('malformed', `${watched.key} could not be read`, { cause: thrown })
  watched.failures += 1
  const repeated = watched.lastError?.message === error.message
  watched.lastError = error
  if (concernsWholeProvider(error)) {
    health.failed(error)
    watched.nextAt = health.retryAt
  } else {
    health.succeeded()
    watched.nextAt =
      clock.now() + backoffMs(watched.failures, unknownSecretBackoff, random, error.retryAfterMs)
  }
  // The same failure again is no change of state.
  journal.record(repeated ? 'debug' : 'warn', 'secret_failed', error.message, {
    secret: watched.key,
    kind: error.kind,
    failures: watched.failures,
    hint: error.hint,
  })
  return 'failed'
}

import { backoffMs } from '../core/backoff.ts'
import { createBell } from '../core/bell.ts'
import { messageOf, ProviderError } from '../core/errors.ts'
import type { Publisher } from '../core/ports.ts'
import type { Lease } from '../core/secret.ts'
import type { Parts } from './plan.ts'
import type { WatchedSecret } from './watched-secret.ts'

const revokeBackoff = { baseMs: 1_000, maxMs: 60_000 }

/** A lease that another has replaced, on its way to its end. */
export interface RetiredLease {
  /** Of its secret. */
  readonly key: string
  readonly provider: string
  /** Of its secret; outputs may still show it. */
  readonly version: string
  readonly lease: Lease
  /** Clock.uptime(). */
  readonly expiresAt: number
  readonly revokeAfterMs: number
}

/** Make before break (G8): an old lease ends only once nobody can be using it. */
export interface LeaseRetirement {
  readonly leases: readonly RetiredLease[]
  retire(lease: RetiredLease): void
  /** Looks again: something was published, or somebody was told. */
  wake(): void
  /**
   * Revokes each lease as soon as no published output shows it, everybody owed a notification has it, and `revokeAfterMs`
   * have passed since; one that ends before is left to its end.
   */
  run(signal: AbortSignal): Promise<void>
}

interface Retiring extends RetiredLease {
  /** When it may be revoked; undefined while somebody may use it. */
  revokeAt: number | undefined
  failures: number
}

export function retireLeases(parts: Parts, carried: readonly RetiredLease[]): LeaseRetirement {
  const { clock, publisher } = parts
  const bell = createBell(clock)
  const retiring = new Set<Retiring>()
  const retire = (lease: RetiredLease) => {
    retiring.add({ ...lease, revokeAt: undefined, failures: 0 })
    bell.ring()
  }
  for (const lease of carried) retire(lease)

  async function advance(lease: Retiring, signal: AbortSignal): Promise<void> {
    const now = clock.uptime()
    if (lease.expiresAt <= now) return void retiring.delete(lease)
    if (lease.revokeAt === undefined && !isUsed(lease, publisher)) {
      lease.revokeAt = now + lease.revokeAfterMs
    }
    if (lease.revokeAt === undefined || lease.revokeAt > now) return
    if (await revoked(lease, parts, signal)) retiring.delete(lease)
  }

  return {
    get leases() {
      return [...retiring].map(({ revokeAt: _, failures: __, ...lease }) => lease)
    },
    retire,
    wake: () => bell.ring(),
    async run(signal) {
      while (true) {
        for (const lease of [...retiring]) await advance(lease, signal)
        const next = Math.min(
          ...[...retiring].map(({ revokeAt, expiresAt }) => Math.min(revokeAt ?? expiresAt, expiresAt)),
        )
        await bell.sleep(next - clock.uptime(), signal)
      }
    },
  }
}

/** Hands over the lease of a secret, if one runs. */
export function retireLease(watched: WatchedSecret, retire: (lease: RetiredLease) => void): void {
  const { key, plan, lease: running, secret } = watched
  if (!running || !secret || running.lease.id === '') return
  const { lease, expiresAt } = running
  const { reference, revokeAfterMs } = plan
  retire({ key, provider: reference.provider, version: secret.version, lease, expiresAt, revokeAfterMs })
}

/** Shown by an output, or replaced in one whose readers have not all been told. */
function isUsed({ key, version }: RetiredLease, publisher: Publisher): boolean {
  for (const { versions } of publisher.published().values()) if (versions[key] === version) return true
  return publisher
    .debts()
    .some(({ publication }) => publication.outputs.some(({ versions }) => key in versions))
}

/** False where it is to be tried again. */
async function revoked(retiring: Retiring, parts: Parts, signal: AbortSignal): Promise<boolean> {
  const { clock, random, journal, providers } = parts
  const provider = providers.get(retiring.provider)
  if (provider?.revoke === undefined) return true
  try {
    await provider.revoke(retiring.lease, signal)
    journal.record('info', 'lease_revoked', `the earlier lease of ${retiring.key} is revoked`, {
      secret: retiring.key,
      version: retiring.version,
    })
    return true
  } catch (error) {
    signal.throwIfAborted()
    const waiting = error instanceof ProviderError && (error.transient || error.kind === 'unauthenticated')
    retiring.failures += 1
    const retryAfterMs = error instanceof ProviderError ? error.retryAfterMs : undefined
    if (waiting)
      retiring.revokeAt = clock.uptime() + backoffMs(retiring.failures, revokeBackoff, random, retryAfterMs)
    const severity = waiting && retiring.failures > 1 ? 'debug' : 'warn'
    journal.record(severity, 'lease_not_revoked', messageOf(error), {
      secret: retiring.key,
      version: retiring.version,
      hint: waiting ? undefined : 'it ends by itself; to end it earlier, allow "update" on sys/leases/revoke',
    })
    return !waiting
  }
}

import { type FailureKind, ProviderError } from '../../src/core/errors.ts'
import type { Clock, Provider, Random } from '../../src/core/ports.ts'
import { fieldsOfText, type Lease, type Secret } from '../../src/core/secret.ts'
import type { Life } from './life.ts'

export const ttlMs = 60_000
const maxTtlMs = 150_000

/** The only secret with a lease: each read of it issues another one, which is worth something until its lease ends. */
export const leased = 'db'

export interface IssuedLease {
  readonly version: number
  readonly id: string
  endsAt: number
  readonly maxEndsAt: number
  /** Ended by somebody else than the agent, and before its time. */
  ended: boolean
}

/** What the outside does to the backend, and what it remembers of its clients. */
export interface Backend {
  /** The number in what it answers now: `path@7`. Zero where there is nothing yet. */
  latest(path: string): number
  rotate(path: string): void
  refuse(path: string): void
  allow(path: string): void
  isRefused(path: string): boolean
  fail(kind: FailureKind | undefined): void
  throttle(forMs: number): void
  readonly throttledUntil: number
  endLease(): void
  /** At most. */
  latencyMs: number
  readonly leases: IssuedLease[]
  /** Clock.uptime() of the last good answer that arrived. */
  readonly answeredAt: ReadonlyMap<string, number>
  connect(life: Life, told: BackendEvents): ConnectedProvider
}

export interface BackendEvents {
  readonly revoking: (lease: IssuedLease) => void
}

export interface ConnectedProvider extends Provider {
  readonly underWay: number
  /** What this process was answered, and how often in a row it was refused. */
  readonly answered: ReadonlyMap<string, { readonly version: number; readonly at: number }>
  readonly refusals: ReadonlyMap<string, number>
}

export function createBackend(clock: Clock, random: Random): Backend {
  const versions = new Map([
    ['a', 1],
    ['tls', 1],
    ['rem', 1],
  ])
  const refused = new Set<string>()
  const answeredAt = new Map<string, number>()
  const leases: IssuedLease[] = []
  let failure: FailureKind | undefined
  let throttledUntil = 0

  const backend: Backend = {
    latencyMs: 0,
    leases,
    answeredAt,
    latest: path => (path === leased ? leases.length : (versions.get(path) ?? 0)),
    rotate: path => void versions.set(path, backend.latest(path) + 1),
    refuse: path => void refused.add(path),
    allow: path => void refused.delete(path),
    isRefused: path => refused.has(path),
    fail(kind) {
      failure = kind
    },
    throttle(forMs) {
      throttledUntil = Math.max(throttledUntil, clock.uptime() + forMs)
    },
    endLease() {
      const lease = leases.at(-1)
      if (lease === undefined || lease.endsAt <= clock.uptime()) return
      lease.ended = true
      lease.endsAt = clock.uptime()
    },
    get throttledUntil() {
      return throttledUntil
    },
    connect,
  }

  function assertWell(): void {
    if (failure !== undefined) throw new ProviderError(failure, `the backend is ${failure}`)
    const retryAfterMs = throttledUntil - clock.uptime()
    if (retryAfterMs > 0) throw new ProviderError('throttled', 'too many requests', { retryAfterMs })
  }

  function read(path: string): Secret {
    if (refused.has(path)) throw new ProviderError('forbidden', `${path} is forbidden`)
    const lease = path === leased ? issue() : undefined
    const version = backend.latest(path)
    if (version === 0) throw new ProviderError('missing', `${path} does not exist`)
    return { fields: fieldsOfText(`${path}@${version}`), version: `v${version}`, lease }
  }

  function issue(): Lease {
    const now = clock.uptime()
    const version = leases.length + 1
    const id = `lease-${version}`
    leases.push({ version, id, endsAt: now + ttlMs, maxEndsAt: now + maxTtlMs, ended: false })
    return { id, ttlMs, renewable: true }
  }

  function find(id: string): IssuedLease | undefined {
    return leases.find(lease => lease.id === id && lease.endsAt > clock.uptime())
  }

  function connect(life: Life, { revoking }: BackendEvents): ConnectedProvider {
    const answered = new Map<string, { version: number; at: number }>()
    const refusals = new Map<string, number>()
    let underWay = 0

    /** What is asked is answered at once; the answer may be long under way, or lost. */
    async function request<T>(ask: () => T, signal: AbortSignal): Promise<T> {
      life.effect()
      underWay += 1
      try {
        assertWell()
        const answer = attempted(ask)
        if (backend.latencyMs > 0) await clock.sleep(random() * backend.latencyMs, signal)
        assertWell()
        life.effect()
        if ('error' in answer) throw answer.error
        return answer.value
      } finally {
        underWay -= 1
      }
    }

    return {
      name: 'memory',
      answered,
      refusals,
      get underWay() {
        return underWay
      },
      async fetch({ path }, signal) {
        try {
          const secret = await request(() => read(path), signal)
          const version = Number(secret.version.slice(1))
          if (version !== answered.get(path)?.version) answered.set(path, { version, at: clock.uptime() })
          answeredAt.set(path, clock.uptime())
          refusals.delete(path)
          return secret
        } catch (error) {
          const isRefusal = error instanceof ProviderError && ['forbidden', 'missing'].includes(error.kind)
          if (isRefusal) refusals.set(path, (refusals.get(path) ?? 0) + 1)
          throw error
        }
      },
      async renew(lease, signal) {
        const renewed = await request(() => {
          const issued = find(lease.id)
          if (issued === undefined) throw new ProviderError('missing', 'no such lease')
          issued.endsAt = Math.min(clock.uptime() + ttlMs, issued.maxEndsAt)
          return { ...lease, ttlMs: issued.endsAt - clock.uptime() }
        }, signal)
        answeredAt.set(leased, clock.uptime())
        return renewed
      },
      revoke(lease, signal) {
        return request(() => {
          const issued = find(lease.id)
          if (issued === undefined) return
          revoking(issued)
          issued.endsAt = clock.uptime()
        }, signal)
      },
      async close() {},
    }
  }

  return backend
}

function attempted<T>(ask: () => T): { value: T } | { error: unknown } {
  try {
    return { value: ask() }
  } catch (error) {
    return { error }
  }
}

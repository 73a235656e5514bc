import type { ReadSecret } from '../core/output.ts'
import type { Provider } from '../core/ports.ts'
import type { Queue } from '../core/queue.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import { keepSessions } from './keep-sessions.ts'
import type { Parts, Plan, SecretPlan } from './plan.ts'
import { createPollInstants } from './poll-instants.ts'
import { createProviderHealth, type ProviderHealth } from './provider-health.ts'
import { type ReadOutcome, readSecret } from './read-secret.ts'
import { type RetiredLease, retireLease } from './retire-leases.ts'
import { createRotationGroup, type RotationGroup } from './rotation-group.ts'
import { type CarriedSecret, isMadeForGood, type WatchedSecret, watchSecret } from './watched-secret.ts'

/** The set of current secrets, kept up to date. */
export interface SecretWatch {
  readonly secrets: ReadonlyMap<string, WatchedSecret>
  readonly read: ReadSecret
  /** Reads until aborted, and pushes the keys that changed together as they change. */
  run(signal: AbortSignal): Promise<void>
  /** Puts secrets into one group, adding those that are not watched. What a template asks for comes in here. */
  join(references: readonly Reference[]): void
  /** Forgets a secret, if it is only watched because a template asked for it. */
  drop(key: string): void
  /** Reads these secrets now, and resolves when what changed has been passed on and dealt with. */
  refresh(keys: ReadonlySet<string>): Promise<void>
}

export interface WatchOptions {
  readonly plan: Plan
  readonly parts: Parts
  /** Read by an agent before this one in the same process: current at once, so that a new configuration costs no lease. */
  readonly carried: ReadonlyMap<string, CarriedSecret>
  readonly changes: Queue<ReadonlySet<string>>
  /** Takes leases that another has replaced, or that nothing needs any more. */
  readonly retire: (lease: RetiredLease) => void
  /** Told after each step in the life of a lease or a session. */
  readonly lived: () => void
}

export function watchSecrets({ plan, parts, carried, changes, retire, lived }: WatchOptions): SecretWatch {
  const secrets = new Map<string, WatchedSecret>()
  const groupOf = new Map<WatchedSecret, RotationGroup>()
  const healths = new Map<string, ProviderHealth>()
  const pushes = new Map<string, Disposable>()
  const planned = new Set(plan.secrets.map(secret => secretKey(secret.reference)))
  const groups = new Set<RotationGroup>()
  const instants = createPollInstants(parts.random)
  let running: AbortSignal | undefined

  const healthOf = (secret: WatchedSecret): ProviderHealth => {
    const name = secret.plan.reference.provider
    const health = healths.get(name) ?? createProviderHealth(parts.clock, parts.random)
    healths.set(name, health)
    return health
  }

  function add(secretPlan: SecretPlan): WatchedSecret {
    const watched = watchSecret(secretPlan)
    const secret = adopt(watched, carried, providerOf(watched))
    secrets.set(secret.key, secret)
    const group = createRotationGroup({
      clock: parts.clock,
      instants,
      settleMs: plan.settleMs,
      healthOf,
      // A signal of its own: thousands of listeners on one would be searched at each read.
      read: (member, signal) => read(member, AbortSignal.any([signal])),
      changed: keys => changes.push(keys),
    })
    group.members.add(secret)
    groupOf.set(secret, group)
    return secret
  }

  async function read(member: WatchedSecret, signal: AbortSignal): Promise<ReadOutcome> {
    const { lease } = member
    const health = healthOf(member)
    const wasRefused = health.refused.has(member)
    const outcome = await readSecret(
      member,
      { ...parts, provider: providerOf(member), health, retire },
      signal,
    )
    if (wasRefused && !health.refused.has(member)) for (const other of health.refused) want(other)
    if (member.lease !== lease) lived()
    return outcome
  }

  function providerOf(secret: WatchedSecret): Provider {
    const provider = parts.providers.get(secret.plan.reference.provider)
    if (provider === undefined)
      throw new Error(`no provider "${secret.plan.reference.provider}" is configured`)
    return provider
  }

  function start(secret: WatchedSecret, signal: AbortSignal): void {
    const group = groupOf.get(secret)
    if (group !== undefined && !groups.has(group)) {
      groups.add(group)
      group.run(signal).then(
        () => groups.delete(group),
        (error: Error) => changes.end(signal.aborted ? undefined : error),
      )
    }
    if (pushes.has(secret.key)) return
    const push = providerOf(secret).watch?.(secret.plan.reference, () => want(secret))
    if (push !== undefined) pushes.set(secret.key, push)
  }

  function want(secret: WatchedSecret): void {
    secret.nextAt = 0
    secret.wanted = true
    groupOf.get(secret)?.wake()
  }

  /** What an earlier agent read is here without an answer of its own. */
  function tellOfCarried(added: Iterable<WatchedSecret>): void {
    const here = [...added].filter(secret => secret.secret !== undefined)
    if (here.length > 0) changes.push(new Set(here.map(secret => secret.key)))
  }

  for (const secretPlan of plan.secrets) add(secretPlan)

  return {
    secrets,
    read: reference => secrets.get(secretKey(reference))?.secret,

    async run(signal) {
      running = signal
      tellOfCarried(secrets.values())
      for (const secret of secrets.values()) start(secret, signal)
      try {
        await keepSessions({ parts, healthOf: name => healths.get(name), lived }, signal)
      } finally {
        for (const push of pushes.values()) push[Symbol.dispose]()
      }
    },

    join(references) {
      const added: WatchedSecret[] = []
      const together = references.map(reference => {
        const known = secrets.get(secretKey(reference))
        if (known !== undefined) return known
        const secret = add({
          names: [],
          reference,
          refreshMs: plan.refreshMsOf(reference.provider),
          optional: false,
          revokeAfterMs: plan.revokeAfterMsOf(reference.provider),
          onRevoked: 'keep',
        })
        added.push(secret)
        return secret
      })
      const [into] = together.map(secret => groupOf.get(secret))
      if (into === undefined) return
      for (const secret of together) {
        const group = groupOf.get(secret)
        if (group === undefined || group === into) continue
        for (const member of group.members) {
          into.members.add(member)
          groupOf.set(member, into)
        }
        group.members.clear()
        group.wake()
      }
      into.wake()
      if (running === undefined) return
      for (const secret of together) start(secret, running)
      tellOfCarried(added)
    },

    drop(key) {
      const secret = secrets.get(key)
      if (secret === undefined || planned.has(key)) return
      groupOf.get(secret)?.members.delete(secret)
      groupOf.delete(secret)
      secrets.delete(key)
      healthOf(secret).refused.delete(secret)
      retireLease(secret, retire)
      pushes.get(key)?.[Symbol.dispose]()
      pushes.delete(key)
    },

    async refresh(keys) {
      const wanted = [...keys].map(key => secrets.get(key)).filter(secret => secret !== undefined)
      for (const secret of wanted) want(secret)
      await Promise.all(
        [...new Set(wanted.map(secret => groupOf.get(secret)))].map(group => group?.roundDone()),
      )
      await changes.drained()
    },
  }
}

function adopt(
  secret: WatchedSecret,
  carried: ReadonlyMap<string, CarriedSecret>,
  provider: Provider,
): WatchedSecret {
  const before = carried.get(secret.key)
  if (before?.secret === undefined) return secret
  const { lease } = before
  // It ends with a session that nobody goes on with: what it gave is worth nothing any more.
  if (lease?.lease.session !== undefined && !provider.adopt?.(secret.plan.reference, lease.lease))
    return secret
  const { secret: value, fetchedAt, nextAt, failures, lastError, withdrawn } = before
  Object.assign(secret, { secret: value, fetchedAt, lease, failures, lastError, withdrawn, nextAt })
  // A read that was under way when the old agent ended is asked for again at once.
  if (!Number.isFinite(nextAt) && !isMadeForGood(secret)) secret.nextAt = 0
  return secret
}

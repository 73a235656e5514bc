import { createBell } from '../core/bell.ts'
import type { Clock } from '../core/ports.ts'
import type { PollInstants } from './poll-instants.ts'
import type { ProviderHealth } from './provider-health.ts'
import type { ReadOutcome } from './read-secret.ts'
import type { WatchedSecret } from './watched-secret.ts'

export interface GroupParts {
  readonly clock: Clock
  readonly instants: PollInstants
  readonly settleMs: number
  /** Never rejects but by the signal. */
  readonly read: (secret: WatchedSecret, signal: AbortSignal) => Promise<ReadOutcome>
  readonly healthOf: (secret: WatchedSecret) => ProviderHealth
  /** What changed together; called once per round that found something. */
  readonly changed: (keys: ReadonlySet<string>) => void
}

/** Secrets that share an output or a notifier. They are polled in rounds, and what rotates together is told together. */
export interface RotationGroup {
  readonly members: Set<WatchedSecret>
  /** Looks at the members' instants again: one was added, or is wanted at once. */
  wake(): void
  /** Resolves when everything that is due now has been read and told. */
  roundDone(): Promise<void>
  /** Polls until aborted, or until its last member has gone to another group. */
  run(signal: AbortSignal): Promise<void>
}

export function createRotationGroup(parts: GroupParts): RotationGroup {
  const { clock } = parts
  const members = new Set<WatchedSecret>()
  const bell = createBell(clock)
  let changes = createChanges()
  let afterRound: (() => void)[] = []

  async function run(signal: AbortSignal): Promise<void> {
    while (members.size > 0) {
      const due = membersDue(members, clock.uptime())
      if (due.length > 0 || changes.keys.size > 0) {
        await round(due, signal)
        continue
      }
      for (const resolve of afterRound) resolve()
      afterRound = []
      await bell.sleep(nextInstant(members) - clock.uptime(), signal)
    }
  }

  async function round(due: readonly WatchedSecret[], signal: AbortSignal): Promise<void> {
    const startedAt = clock.uptime()
    const reads = readDue(due, signal)
    await Promise.race([
      whileAnswering(reads, { clock, patienceMs: parts.settleMs }, signal),
      changes.rotation,
    ])
    if (changes.latencyMs !== undefined && members.size > 1) {
      await clock.sleep(parts.settleMs, signal)
      await readTheRest(signal)
    }
    spreadRound(
      [...members].filter(member => (member.fetchedAt ?? 0) >= startedAt),
      parts,
    )
    if (changes.keys.size === 0) return
    const { keys } = changes
    changes = createChanges()
    parts.changed(keys)
  }

  /** Those that failed least come first, since a provider in trouble is asked for one secret before the others. */
  function readDue(due: readonly WatchedSecret[], signal: AbortSignal): Promise<void>[] {
    return due.toSorted((a, b) => a.failures - b.failures).map(member => read(member, signal))
  }

  /** Once more, so that what rotated a moment after the change that was seen is published with it. */
  async function readTheRest(signal: AbortSignal): Promise<void> {
    const rest = [...members].filter(
      member => !changes.keys.has(member.key) && isPolled(member) && member.failures === 0,
    )
    // A member is slow if it takes longer than `settle` and twice as long as the one that changed.
    const patienceMs = Math.max(parts.settleMs, 2 * (changes.latencyMs ?? 0))
    await within(Promise.all(rest.map(member => read(member, signal))), { clock, patienceMs }, signal)
  }

  function read(member: WatchedSecret, signal: AbortSignal): Promise<void> {
    member.nextAt = Number.POSITIVE_INFINITY
    const before = member.reading ?? Promise.resolve()
    const reading = before
      .then(() => admitted(member, signal))
      .catch(() => undefined)
      .finally(() => {
        if (member.reading === reading) member.reading = undefined
        bell.ring()
      })
    member.reading = reading
    return reading
  }

  async function admitted(member: WatchedSecret, signal: AbortSignal): Promise<void> {
    const health = parts.healthOf(member)
    if (!(await health.admit(signal))) {
      member.nextAt = health.retryAt
      return
    }
    const sentAt = clock.uptime()
    try {
      const outcome = await parts.read(member, signal)
      if (outcome === 'rotated' || outcome === 'arrived' || outcome === 'withdrawn') {
        changes.add(member.key, outcome === 'rotated' ? clock.uptime() - sentAt : undefined)
        // An answer that came after its round is a round of its own.
        bell.ring()
      }
    } finally {
      health.leave()
    }
  }

  return {
    members,
    wake: () => bell.ring(),
    roundDone() {
      bell.ring()
      return new Promise(resolve => afterRound.push(resolve))
    },
    run,
  }
}

interface Changes {
  readonly keys: Set<string>
  /** How long the slowest read took that found a rotation; undefined where none did. */
  latencyMs: number | undefined
  /** Resolves at the first rotation. */
  readonly rotation: Promise<void>
  add(key: string, latencyMs: number | undefined): void
}

function createChanges(): Changes {
  const { promise: rotation, resolve } = Promise.withResolvers<void>()
  return {
    keys: new Set(),
    latencyMs: undefined,
    rotation,
    add(key, latencyMs) {
      this.keys.add(key)
      if (latencyMs === undefined) return
      this.latencyMs = Math.max(this.latencyMs ?? 0, latencyMs)
      resolve()
    },
  }
}

/**
 * Members whose instant has come. A polled one takes along those that would follow within half its interval, so that a
 * group stays in step; one with a longer `refresh` joins every n-th round.
 */
function membersDue(members: ReadonlySet<WatchedSecret>, now: number): WatchedSecret[] {
  let slackMs = 0
  for (const member of members) {
    if (member.nextAt <= now && inStep(member)) slackMs = Math.max(slackMs, member.plan.refreshMs / 2)
  }
  return [...members].filter(member => member.nextAt <= now + (inStep(member) ? slackMs : 0))
}

function inStep(member: WatchedSecret): boolean {
  return isPolled(member) && member.failures === 0
}

/** A lease has times of its own, and a write is made no more often than needed. */
function isPolled({ lease, plan }: WatchedSecret): boolean {
  return lease === undefined && plan.reference.write === undefined
}

function nextInstant(members: ReadonlySet<WatchedSecret>): number {
  let next = Number.POSITIVE_INFINITY
  for (const member of members) next = Math.min(next, member.nextAt)
  return next
}

/**
 * Agents spread, the secrets of one stay in step. The first interval of all, and the first after an outage, may be cut to
 * a tenth: it gives the agent a phase of its own.
 */
function spreadRound(read: readonly WatchedSecret[], { clock, instants, healthOf }: GroupParts): void {
  const now = clock.uptime()
  for (const member of read) {
    if (!inStep(member) || !Number.isFinite(member.nextAt) || member.wanted) continue
    const { outages } = healthOf(member)
    const jitter = member.phase === outages ? 0.1 : 0.9
    const pollAt = instants.next(now, member.plan.refreshMs, jitter)
    member.nextAt = Math.min(pollAt, member.rotationPollAt ?? pollAt)
    member.phase = outages
  }
}

/** Waits for the reads as long as answers keep coming: patience counts from the latest answer, and begins with the first. */
async function whileAnswering(
  reads: readonly Promise<void>[],
  { clock, patienceMs }: { clock: Clock; patienceMs: number },
  signal: AbortSignal,
): Promise<void> {
  if (reads.length === 0) return
  let answered = 0
  const count = () => {
    answered += 1
  }
  const all = Promise.all(reads.map(read => read.then(count)))
  await Promise.race(reads)
  while (answered < reads.length) {
    const seen = answered
    await within(all, { clock, patienceMs }, signal)
    if (answered === seen) return
  }
}

async function within(
  work: Promise<unknown>,
  { clock, patienceMs }: { clock: Clock; patienceMs: number },
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController()
  const patience = clock.sleep(patienceMs, AbortSignal.any([signal, done.signal])).catch(() => undefined)
  await Promise.race([work, patience])
  done.abort()
  signal.throwIfAborted()
}

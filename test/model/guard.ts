import type { Clock, Publication } from '../../src/core/ports.ts'
import type { Application } from './applications.ts'
import type { Backend, IssuedLease } from './backend.ts'
import { type Configuration, outputOf } from './configurations.ts'
import {
  allAtOnceAtFirst,
  type Invariant,
  lastGoodStays,
  madeBeforeBroken,
  neverExposed,
  owedOnDisk,
  type Situation,
  wholeOrNothing,
} from './invariants.ts'
import type { Sidecar, SidecarEvents } from './sidecar.ts'
import type { Seen, Volume } from './volume.ts'

/** Looks on, at every instant at which anything could be seen, and remembers what no longer holds. */
export interface Guard extends SidecarEvents {
  /** What can be seen now. */
  readonly seen: Seen
  situation(): Situation
  check(...invariants: readonly Invariant[]): void
  complain(...complaints: readonly string[]): void
  /** Lets an application start anew after so many operations of the agent. */
  restartAfter(operations: number, application: Application): void
  /** @throws Error with the first complaint, if there is one */
  assertNone(): void
}

export interface GuardOptions {
  readonly clock: Clock
  readonly volume: Volume
  readonly backend: Backend
  readonly applications: readonly Application[]
  readonly agent: () => { readonly sidecar: Sidecar | undefined; readonly configuration: Configuration }
}

/** For readers that have opened a generation and read its files one by one. */
const pinMs = 60_000

export function createGuard({ clock, volume, backend, applications, agent }: GuardOptions): Guard {
  let now: Seen = new Map()
  let before: Seen = now
  let restarts: { readonly application: Application; left: number }[] = []
  /** How often each path changed, and how often it had when a notifier was last told of it. */
  const changes = new Map<string, number>()
  const told = new Map<string, ReadonlyMap<string, number>>()
  const deliveries = new Set<string>()
  const retired = new Map<string, { readonly text: string; readonly at: number }>()
  let complaints: string[] = []

  function noteChanges(): void {
    for (const [path, shown] of now) {
      const earlier = before.get(path)
      if (earlier?.text === shown.text) continue
      changes.set(path, (changes.get(path) ?? 0) + 1)
      if (earlier?.generation === undefined || earlier.generation === shown.generation) continue
      retired.set(earlier.generation, { text: earlier.text, at: clock.uptime() })
    }
  }

  function restartDue(): void {
    for (const restart of restarts) {
      restart.left -= 1
      if (restart.left === 0) restart.application.restart()
    }
    restarts = restarts.filter(({ left }) => left > 0)
  }

  const guard: Guard = {
    get seen() {
      return now
    },
    situation() {
      const uptimeMs = clock.uptime()
      for (const [generation, { at }] of retired) if (uptimeMs - at >= pinMs) retired.delete(generation)
      const pinned = new Map([...retired].map(([generation, { text }]) => [generation, text]))
      return {
        uptimeMs,
        volume,
        backend,
        before,
        now,
        pinned,
        applications,
        sidecar: agent().sidecar,
        configuration: agent().configuration,
      }
    },
    check(...invariants) {
      const situation = guard.situation()
      for (const invariant of invariants) complaints.push(...invariant(situation))
    },
    complain: (...more) => void complaints.push(...more),
    restartAfter: (left, application) => void restarts.push({ application, left }),
    assertNone() {
      const [first] = complaints
      complaints = []
      if (first !== undefined) throw new Error(first)
    },
    changed() {
      before = now
      now = volume.look()
      noteChanges()
      guard.check(wholeOrNothing, allAtOnceAtFirst, neverExposed, lastGoodStays, owedOnDisk)
      restartDue()
    },
    revoking: (lease: IssuedLease) => guard.complain(...madeBeforeBroken(lease, guard.situation())),
    /** G4: "unchanged content never notifies, not even across a restart". */
    telling({ name }: Application, { id, outputs }: Publication) {
      const known = told.get(name) ?? new Map()
      const paths = outputs.flatMap(({ path }) =>
        [...changes.keys()].filter(other => outputOf(other) === path),
      )
      const current = new Map(paths.map(path => [path, changes.get(path) ?? 0]))
      const isNew = paths.some(path => (current.get(path) ?? 0) > (known.get(path) ?? 0))
      if (!isNew && !deliveries.has(`${name} ${id}`)) {
        guard.complain(`${name} is told of ${outputs.map(({ path }) => path)}, where nothing changed`)
      }
      return () => {
        deliveries.add(`${name} ${id}`)
        told.set(name, new Map([...known, ...current]))
      }
    },
  }
  return guard
}

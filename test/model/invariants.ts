import type { Debt } from '../../src/core/ports.ts'
import type { Status } from '../../src/core/status.ts'
import { type Application, outdated } from './applications.ts'
import { type Backend, type IssuedLease, leased } from './backend.ts'
import {
  type Configuration,
  maxStaleMs,
  optionalSecret,
  outputOf,
  pathsOf,
  removedSecret,
  secretsOf,
} from './configurations.ts'
import type { Sidecar } from './sidecar.ts'
import { configuredPaths, type Seen, type Volume } from './volume.ts'

/** All that an invariant looks at. What it answers are complaints. */
export interface Situation {
  readonly uptimeMs: number
  readonly volume: Volume
  readonly backend: Backend
  readonly applications: readonly Application[]
  /** Undefined while no agent runs, and while one starts. */
  readonly sidecar: Sidecar | undefined
  /** Of the agent that runs, or ran last. */
  readonly configuration: Configuration
  readonly before: Seen
  readonly now: Seen
  /** Earlier generations that a reader may still have open: what they showed, by directory. */
  readonly pinned: ReadonlyMap<string, string>
}

export type Invariant = (situation: Situation) => string[]

/**
 * G1: "A file output is replaced by rename; a directory output is published as one generation. No reader ever opens a
 * partial file, and no reader that opens the directory first sees two generations mixed."
 */
export const wholeOrNothing: Invariant = ({ now, volume, backend, pinned }) => [
  ...[...now].flatMap(([path, shown]) => {
    const isReal = [...shown.versions].every(([secret, version]) => version <= backend.latest(secret))
    return shown.isWhole && isReal ? [] : [`${path} shows ${JSON.stringify(shown.text)}`]
  }),
  ...[...pinned].flatMap(([generation, text]) =>
    volume.pinned(generation) === text ? [] : [`${generation} is gone for a reader that has it open`],
  ),
  ...volume.strangers().map(path => `${path} belongs to no output`),
]

/** G1: "All secrets of a first start (but optional ones) must arrive before any file appears." */
export const allAtOnceAtFirst: Invariant = ({ before, now, sidecar }) => {
  if (sidecar === undefined || sidecar.publisher.complete) return []
  if ([...now.keys()].every(path => before.has(path))) return []
  return sidecar.configuration.shapes
    .flatMap(secretsOf)
    .filter(secret => secret !== optionalSecret && !sidecar.has(secret))
    .map(secret => `a file appears before ${secret} has arrived`)
}

/** G2: "Owner and mode are set before a file is reachable by its name: no instant at which a wider mode or another owner can read it." */
export const neverExposed: Invariant = ({ volume }) => volume.exposed()

/**
 * G3: "Outage, sealed store, revoked access, bad template, full disk, restart, crash: published files stay as they are until
 * a complete, valid replacement is there. Removal on revoked access is opt-in."
 */
export const lastGoodStays: Invariant = situation => {
  const { before, now, configuration, volume } = situation
  const configured = configuredPaths(configuration.shapes)
  return [...before].flatMap(([path, earlier]) => {
    const shown = now.get(path)
    if (shown === undefined) {
      const mayGo = !configured.has(path) || isWithdrawn(path, situation) || volume.state()?.complete !== true
      return mayGo ? [] : [`${path} is gone`]
    }
    return [...shown.versions].flatMap(([secret, version]) =>
      version < (earlier.versions.get(secret) ?? 0) ? [`${path} goes back to ${secret}@${version}`] : [],
    )
  })
}

function isWithdrawn(path: string, { configuration, sidecar }: Situation): boolean {
  const shape = configuration.shapes.find(({ path: output }) => output === outputOf(path))
  if (shape === undefined || !secretsOf(shape).includes(removedSecret)) return false
  return (sidecar?.provider.refusals.get(removedSecret) ?? 0) >= 3
}

/**
 * G4: "Every process that may have read older content is told at least once, also when the agent is killed between publish and
 * notify": who has read what is no longer shown is owed a notification on disk, at every instant.
 */
export const owedOnDisk: Invariant = ({ applications, now, volume }) => {
  const behind = applications.flatMap(application =>
    outdated(application, now).map(path => ({ application, path })),
  )
  if (behind.length === 0) return []
  const { debts = [], pending } = volume.state() ?? {}
  // Who takes over a swap that was under way dates it anew.
  const known = debts.map(({ notifier, publication }) =>
    publication.id === pending
      ? { notifier, publication: { ...publication, publishedUptimeMs: Number.POSITIVE_INFINITY } }
      : { notifier, publication },
  )
  return behind
    .filter(reader => !isOwed(known, reader))
    .map(({ application: { name }, path }) => `${name} has read an earlier ${path}, and nothing will tell it`)
}

/** G4, of the agent that runs: it does not wait for a restart to find out. */
export const owedByAgent: Invariant = ({ applications, now, sidecar }) => {
  if (sidecar === undefined) return []
  return applications.flatMap(application =>
    outdated(application, now)
      .filter(path => !isOwed(sidecar.publisher.debts(), { application, path }))
      .map(path => `${application.name} has read an earlier ${path}, and the agent does not know`),
  )
}

function isOwed(
  debts: readonly Debt[],
  { application, path }: { application: Application; path: string },
): boolean {
  return debts.some(
    ({ notifier, publication }) =>
      notifier === application.name &&
      publication.outputs.some(output => output.path === outputOf(path)) &&
      application.isOlderThan(publication),
  )
}

/** G4: "a notification that fails is retried on its own and shows in status". */
export const debtsShow: Invariant = ({ applications, now, sidecar }) => {
  const status = sidecar?.agent.status()
  return applications
    .filter(application => outdated(application, now).length > 0)
    .filter(({ name }) => status?.notifiers.some(({ id, owedSince }) => id === name && !owedSince))
    .map(({ name }) => `status does not show that ${name} is to be told`)
}

/**
 * G5: "Each secret has a refresh interval and a max_stale; past it readiness fails. A throttle or outage never silently extends
 * it."
 */
export const boundedStaleness: Invariant = situation => {
  const { sidecar } = situation
  if (sidecar === undefined) return []
  const status = sidecar.agent.status()
  const complaints = status.secrets.flatMap(secret => {
    const { isStale, isFresh } = ageOf(secret, situation, sidecar)
    if (isStale && (!secret.stale || status.ready)) return [`${secret.reference} is stale and does not show`]
    return isFresh && secret.stale ? [`${secret.reference} is said to be stale and is not`] : []
  })
  return [...complaints, ...oldOutputs(status, situation)]
}

function ageOf(
  { reference, version }: Status['secrets'][number],
  { backend, uptimeMs }: Situation,
  { since }: Sidecar,
): { isStale: boolean; isFresh: boolean } {
  const path = reference.slice('memory:'.length)
  // Neither an optional secret that does not exist nor one that was withdrawn ages.
  if (version === undefined && path !== 'a') return { isStale: false, isFresh: false }
  if (path === leased) {
    const lease = backend.leases.find(issued => `v${issued.version}` === version)
    return { isStale: lease !== undefined && !lease.ended && lease.endsAt <= uptimeMs, isFresh: false }
  }
  const answeredAt = backend.answeredAt.get(path) ?? Number.NEGATIVE_INFINITY
  const isStale = uptimeMs - answeredAt > maxStaleMs
  return { isStale, isFresh: !isStale && answeredAt > since }
}

/** Where reads take 5 s, what belongs together is waited for twice as long, and the first reads come one by one. */
const graceMs = 30_000

/** An output that does not show what has arrived says why. */
function oldOutputs(status: Status, { now, sidecar, uptimeMs, configuration }: Situation): string[] {
  if (sidecar === undefined || !status.ready || uptimeMs - sidecar.since <= graceMs) return []
  return configuration.shapes.flatMap(shape => {
    const arrived = secretsOf(shape).map(secret => ({ secret, ...sidecar.provider.answered.get(secret) }))
    if (arrived.some(({ at = uptimeMs }) => uptimeMs - at <= graceMs)) return []
    if (status.outputs.some(({ path, lastError }) => path === shape.path && lastError !== undefined))
      return []
    return pathsOf(shape).flatMap(path =>
      arrived
        .filter(({ secret, version = 0 }) => version > (now.get(path)?.versions.get(secret) ?? version))
        .map(({ secret, version }) => `${path} does not show ${secret}@${version}, and nothing says why`),
    )
  })
}

/** G8: "A new lease is obtained, and what depends on it published and notified, before the old one is given up." */
export function madeBeforeBroken(
  { version }: IssuedLease,
  { applications, now, configuration }: Situation,
): string[] {
  const shows = (text: string) => text.includes(`${leased}@${version}\n`)
  const configured = configuredPaths(configuration.shapes)
  return [
    ...[...now].filter(([, { text }]) => shows(text)).map(([path]) => `${path} shows it`),
    ...applications.flatMap(({ name, read }) =>
      [...read]
        .filter(([path, text]) => configured.has(path) && now.has(path) && shows(text))
        .map(([path]) => `${name} has it from ${path} and was not told`),
    ),
  ].map(complaint => `lease ${version} is revoked, and ${complaint}`)
}

/** G8, of leases that end by themselves: while nothing is in the way, none is shown past its end. */
export const leasesLive: Invariant = ({ now, backend, uptimeMs, configuration }) => {
  const configured = configuredPaths(configuration.shapes)
  return [...now]
    .filter(([path]) => configured.has(path))
    .flatMap(([path, shown]) => {
      const version = shown.versions.get(leased)
      const lease = backend.leases.find(issued => issued.version === version)
      if (lease === undefined || lease.endsAt > uptimeMs) return []
      return [`${path} shows lease ${version}, which ended ${uptimeMs - lease.endsAt} ms ago`]
    })
}

/** G9: "SIGTERM finishes the write in progress [...] exits 0 in time": run() ends with nothing under way, and nothing half done. */
export function cleanExit({ ended, life, provider }: Sidecar, { volume }: Situation): string[] {
  return [
    ...(ended?.error === undefined ? [] : [`run() ends with ${ended.error}`]),
    ...(life.sleeping === 0 ? [] : [`${life.sleeping} timers run on`]),
    ...(provider.underWay === 0 ? [] : [`${provider.underWay} requests are under way`]),
    ...volume.staged().map(name => `${name} is left in staging`),
  ]
}

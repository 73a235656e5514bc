import { createSimulatedClock } from '../../scripts/fleet/simulated-clock.ts'
import type { FailureKind } from '../../src/core/errors.ts'
import type { Json } from '../../src/core/json.ts'
import type { Clock, Publication, Random } from '../../src/core/ports.ts'
import { type Application, createApplication } from './applications.ts'
import { createBackend, type IssuedLease, ttlMs } from './backend.ts'
import { type Configuration, configurations, outputOf, pathsOf, secretsOf } from './configurations.ts'
import { createExcuses } from './excuses.ts'
import {
  allAtOnceAtFirst,
  boundedStaleness,
  cleanExit,
  debtsShow,
  type Invariant,
  lastGoodStays,
  leasesLive,
  madeBeforeBroken,
  neverExposed,
  outdated,
  owedByAgent,
  owedOnDisk,
  type Situation,
  wholeOrNothing,
} from './invariants.ts'
import { type Sidecar, startSidecar } from './sidecar.ts'
import { createVolume, type Seen } from './volume.ts'

export type ApplicationName = 'app' | 'proxy'

/** Everything that can happen, in any order: what cannot happen now does nothing. Each rejects with what no longer holds. */
export interface World {
  wait(ms: number): Promise<void>
  rotate(secret: 'a' | 'tls' | 'opt' | 'rem'): Promise<void>
  /** Somebody else ends the lease, before its time. */
  expire(): Promise<void>
  revoke(secret: 'a' | 'tls' | 'opt' | 'rem' | 'db'): Promise<void>
  grant(secret: 'a' | 'tls' | 'opt' | 'rem' | 'db'): Promise<void>
  outage(kind: FailureKind): Promise<void>
  recover(): Promise<void>
  /** Every request is answered 429 with Retry-After for so long. */
  throttle(ms: number): Promise<void>
  slow(latencyMs: number): Promise<void>
  fillDisk(roomBytes: number): Promise<void>
  makeRoom(): Promise<void>
  /** The agent dies at its n-th effect from now (system calls, requests, notifications); at once with 0. */
  kill(effects: number): Promise<void>
  terminate(): Promise<void>
  start(): Promise<void>
  /** It starts anew, and reads; after so many of the agent's file operations from now, or at once. */
  restartApplication(name: ApplicationName, operations: number): Promise<void>
  deafen(name: ApplicationName, latencyMs: number): Promise<void>
  listen(name: ApplicationName, latencyMs: number): Promise<void>
  reload(configuration: number): Promise<void>
  /** A configuration that cannot be read is refused at once; one that turns out unusable later, when the agent has ended already. */
  reloadBroken(how: 'unreadable' | 'unusable'): Promise<void>
  jumpClock(ms: number): Promise<void>
  /** Everything is well again, and whatever was missed is made good in bounded time. */
  heal(): Promise<void>
  close(): Promise<void>
}

const sliceMs = 10_000
const pinMs = 60_000
const healedWithinMs = 240_000

/** @param stateDirectory a real one, for the agent's lock; nothing else in it is */
export function openWorld(seed: number, stateDirectory: string): World {
  const simulated = createSimulatedClock()
  let jumpedMs = 0
  const clock: Clock = {
    now: () => 1_700_000_000_000 + simulated.now() + jumpedMs,
    uptime: () => 1_000_000 + simulated.uptime(),
    sleep: simulated.sleep,
  }
  const random = createRandom(seed)
  const volume = createVolume(`${stateDirectory}/.keyturn`)
  const backend = createBackend(clock)
  const excuses = createExcuses(clock)
  let now: Seen = new Map()
  let before: Seen = now
  const look = () => now
  const applications: Record<ApplicationName, Application> = {
    app: createApplication({ name: 'app', signalled: true, look }, clock),
    proxy: createApplication({ name: 'proxy', on: ['/v/app', '/v/tls'], signalled: false, look }, clock),
  }
  let restarts: { readonly application: Application; left: number }[] = []
  /** How often each path changed, and how often it had when a notifier was last told of it. */
  const changes = new Map<string, number>()
  const told = new Map<string, ReadonlyMap<string, number>>()
  const deliveries = new Set<string>()
  const retired = new Map<string, { readonly text: string; readonly at: number }>()
  const over: { readonly sidecar: Sidecar; readonly operations: number }[] = []
  let complaints: string[] = []
  let sidecar: Sidecar | undefined
  let configuration: Configuration = configurations[0] ?? neverConfigured()
  let kept: Json | undefined

  function situation(): Situation {
    for (const [generation, { at }] of retired) if (clock.uptime() - at >= pinMs) retired.delete(generation)
    return {
      ...{ uptimeMs: clock.uptime(), volume, backend, sidecar, configuration, before, now },
      applications: Object.values(applications),
      pinned: new Map([...retired].map(([generation, { text }]) => [generation, text])),
    }
  }

  function check(...invariants: readonly Invariant[]): void {
    const found = situation()
    for (const invariant of invariants) complaints.push(...invariant(found))
  }

  /** After each operation on a name. */
  function changed(): void {
    before = now
    now = volume.look()
    for (const [path, shown] of now) {
      const earlier = before.get(path)
      if (earlier?.text === shown.text) continue
      changes.set(path, (changes.get(path) ?? 0) + 1)
      if (earlier?.generation === undefined || earlier.generation === shown.generation) continue
      retired.set(earlier.generation, { text: earlier.text, at: clock.uptime() })
    }
    check(wholeOrNothing, allAtOnceAtFirst, neverExposed, lastGoodStays, owedOnDisk)
    for (const restart of restarts) {
      restart.left -= 1
      if (restart.left === 0) restart.application.restart()
    }
    restarts = restarts.filter(({ left }) => left > 0)
  }

  const events = {
    changed,
    revoking: (lease: IssuedLease) => void complaints.push(...madeBeforeBroken(lease, situation())),
    /** G4: "unchanged content never notifies, not even across a restart". */
    telling({ name }: Application, { id, outputs }: Publication) {
      const known = told.get(name) ?? new Map()
      const paths = outputs.flatMap(({ path }) =>
        [...changes.keys()].filter(other => outputOf(other) === path),
      )
      const current = new Map(paths.map(path => [path, changes.get(path) ?? 0]))
      const isNew = paths.some(path => (current.get(path) ?? 0) > (known.get(path) ?? 0))
      if (!isNew && !deliveries.has(`${name} ${id}`)) {
        complaints.push(`${name} is told of ${outputs.map(({ path }) => path)}, where nothing changed`)
      }
      return () => {
        deliveries.add(`${name} ${id}`)
        told.set(name, new Map([...known, ...current]))
      }
    },
  }

  async function start(): Promise<void> {
    if (sidecar !== undefined) return
    const ends = { clock, random, volume, backend, applications: Object.values(applications), events }
    try {
      sidecar = await startSidecar(configuration, kept, ends)
      excuses.end('no agent', 12_000)
    } catch (error) {
      if (volume.fileSystem.room > 1_000) complaints.push(`the agent does not start: ${error}`)
    }
  }

  /** Buries an agent that was killed, or that ended by itself. */
  async function bury(): Promise<void> {
    if (sidecar === undefined) return
    const { life, ended, publisher } = sidecar
    if (ended !== undefined && !life.dead && publisher.complete) {
      complaints.push(`the agent ends by itself with ${ended.error}`)
    }
    if (ended === undefined && !life.dead) return
    await sidecar.abort()
    await leave()
  }

  async function leave(): Promise<void> {
    if (sidecar === undefined) return
    kept = sidecar.kept
    await sidecar.close()
    over.push({ sidecar, operations: sidecar.operations.length })
    sidecar = undefined
    excuses.begin('no agent')
  }

  async function turn(ms: number): Promise<void> {
    await simulated.turnTo(simulated.now() + ms)
    await bury()
    check(owedOnDisk, owedByAgent, debtsShow, boundedStaleness)
    if (excuses.none()) check(leasesLive)
    for (const { sidecar: ended, operations } of over) {
      if (ended.operations.some(({ name }, index) => index >= operations && name !== 'close')) {
        if (!ended.life.dead) complaints.push('an agent that has ended goes on')
      }
    }
    if (complaints.length === 0) return
    const [first] = complaints
    complaints = []
    throw new Error(`${first} (after ${simulated.now()} ms)`)
  }

  async function step(happen: () => void | Promise<void>): Promise<void> {
    await happen()
    await turn(0)
  }

  async function reload(next: Configuration | 'unusable'): Promise<void> {
    excuses.begin('reload')
    // Who starts next reads the new one.
    if (next !== 'unusable') configuration = next
    try {
      await sidecar?.reload(next)
      configuration = sidecar?.configuration ?? configuration
    } catch (error) {
      if (volume.fileSystem.room > 1_000 && sidecar?.life.dead === false) {
        complaints.push(`the agent does not go on: ${error}`)
      }
      await leave()
    }
    excuses.end('reload', 10_000)
    if (configuration.shapes.some(({ badTemplate }) => badTemplate)) excuses.begin('bad template')
    else excuses.end('bad template', 10_000)
  }

  function untilHealed(): string | undefined {
    const status = sidecar?.agent.status()
    if (status === undefined || sidecar === undefined) return 'no agent runs'
    if (!status.ready) return 'the agent is not ready'
    for (const { path, lastError } of status.outputs) if (lastError) return `${path}: ${lastError}`
    for (const shape of configuration.shapes) {
      if (secretsOf(shape).some(secret => backend.latest(secret) === 0)) continue
      const missing = pathsOf(shape).find(path => !now.has(path))
      if (missing !== undefined) return `${missing} is not there`
    }
    for (const [path, { versions }] of now) {
      for (const [secret, version] of versions) {
        if (version !== backend.latest(secret)) return `${path} shows ${secret}@${version}`
      }
    }
    const debt = sidecar.publisher.debts()[0]
    if (debt !== undefined) return `${debt.notifier} is not told`
    const behind = Object.values(applications).find(application => outdated(application, now).length > 0)
    return behind === undefined ? undefined : `${behind.name} is behind`
  }

  const world: World = {
    async wait(ms) {
      for (let left = ms; left > 0; left -= sliceMs) await turn(Math.min(left, sliceMs))
    },
    rotate: secret => step(() => backend.rotate(secret)),
    expire: () =>
      step(() => {
        backend.endLease()
        excuses.end('lease ended', ttlMs + 15_000)
      }),
    revoke: secret =>
      step(() => {
        backend.refuse(secret)
        excuses.begin(`refused ${secret}`)
      }),
    grant: secret =>
      step(() => {
        backend.allow(secret)
        excuses.end(`refused ${secret}`, 45_000)
      }),
    outage: kind =>
      step(() => {
        backend.fail(kind)
        excuses.begin('outage')
      }),
    recover: () =>
      step(() => {
        backend.fail(undefined)
        excuses.end('outage', 15_000)
      }),
    throttle: ms =>
      step(() => {
        backend.throttle(ms)
        excuses.end('throttle', backend.throttledUntil - clock.uptime() + 15_000)
      }),
    slow: latencyMs =>
      step(() => {
        backend.latencyMs = latencyMs
        if (latencyMs > 1_000) excuses.begin('slow')
        else excuses.end('slow', 20_000)
      }),
    fillDisk: roomBytes =>
      step(() => {
        volume.fileSystem.room = roomBytes
        excuses.begin('full disk')
      }),
    makeRoom: () =>
      step(() => {
        volume.fileSystem.room = Number.POSITIVE_INFINITY
        excuses.end('full disk', 35_000)
      }),
    kill: effects => step(() => sidecar?.life.killAfter(effects)),
    terminate: () =>
      step(async () => {
        if (sidecar === undefined) return
        void sidecar.abort()
        await simulated.turnTo(simulated.now())
        if (!sidecar.life.dead) complaints.push(...cleanExit(sidecar, situation()))
        await leave()
      }),
    start: () => step(start),
    restartApplication: (name, operations) =>
      step(() => {
        const application = applications[name]
        if (operations === 0) application.restart()
        else restarts.push({ application, left: operations })
      }),
    deafen: (name, latencyMs) =>
      step(() => void Object.assign(applications[name], { deaf: true, latencyMs })),
    listen: (name, latencyMs) =>
      step(() => void Object.assign(applications[name], { deaf: false, latencyMs })),
    reload: number => step(() => reload(configurations[number] ?? neverConfigured())),
    reloadBroken: how => step(() => (how === 'unusable' ? reload(how) : undefined)),
    jumpClock: ms =>
      step(() => {
        jumpedMs += ms
      }),
    async heal() {
      await world.recover()
      await world.wait(backend.throttledUntil - clock.uptime())
      for (const secret of ['a', 'tls', 'opt', 'rem', 'db'] as const) await world.grant(secret)
      await world.slow(0)
      await world.makeRoom()
      for (const name of ['app', 'proxy'] as const) await world.listen(name, 0)
      const until = simulated.now() + healedWithinMs
      await world.start()
      await world.reload(0)
      while (untilHealed() !== undefined && simulated.now() < until) {
        await world.start()
        await world.wait(sliceMs / 2)
      }
      const missing = untilHealed()
      if (missing !== undefined) throw new Error(`still not well: ${missing}`)
      await world.terminate()
    },
    async close() {
      sidecar?.life.killAfter(0)
      await bury()
    },
  }
  return world
}

function neverConfigured(): never {
  throw new RangeError('there is no such configuration')
}

/** Equal for equal seeds. @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md (mulberry32) */
function createRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

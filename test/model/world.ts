import { createSimulatedClock } from '../../scripts/fleet/simulated-clock.ts'
import type { FailureKind } from '../../src/core/errors.ts'
import type { Clock } from '../../src/core/ports.ts'
import { createApplication } from './applications.ts'
import { createBackend, ttlMs } from './backend.ts'
import { createExcuses } from './excuses.ts'
import { createGuard } from './guard.ts'
import { boundedStaleness, debtsShow, leasesLive, owedByAgent, owedOnDisk } from './invariants.ts'
import { whatIsMissing } from './missing.ts'
import { configurationOf, createOperator } from './operator.ts'
import { createRandom } from './random.ts'
import { createVolume } from './volume.ts'

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
  /** Each answer takes up to so long. */
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
  const volume = createVolume(`${stateDirectory}/.keyturn`)
  const backend = createBackend(clock, createRandom(seed + 1))
  const excuses = createExcuses(clock)
  const look = () => guard.seen
  const applications = {
    app: createApplication({ name: 'app', signalled: true, look }, clock),
    proxy: createApplication({ name: 'proxy', on: ['/v/app', '/v/tls'], signalled: false, look }, clock),
  }
  const ends = {
    clock,
    random: createRandom(seed),
    volume,
    backend,
    applications: Object.values(applications),
  }
  const guard = createGuard({ ...ends, agent: () => operator })
  const operator = createOperator({
    ...ends,
    guard,
    excuses,
    settled: () => simulated.turnTo(simulated.now()),
  })

  /** Lets time pass, and looks whether everything holds. */
  async function turn(ms: number): Promise<void> {
    await simulated.turnTo(simulated.now() + ms)
    await operator.bury()
    guard.check(owedOnDisk, owedByAgent, debtsShow, boundedStaleness)
    if (excuses.none()) guard.check(leasesLive)
    guard.assertNone()
  }

  async function step(happen: () => unknown): Promise<void> {
    await happen()
    await turn(0)
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
    kill: effects => step(() => operator.sidecar?.life.killAfter(effects)),
    terminate: () => step(operator.terminate),
    start: () => step(operator.start),
    restartApplication: (name, operations) =>
      step(() => {
        const application = applications[name]
        if (operations === 0) application.restart()
        else guard.restartAfter(operations, application)
      }),
    deafen: (name, latencyMs) =>
      step(() => void Object.assign(applications[name], { deaf: true, latencyMs })),
    listen: (name, latencyMs) =>
      step(() => void Object.assign(applications[name], { deaf: false, latencyMs })),
    reload: number => step(() => operator.reload(configurationOf(number))),
    reloadBroken: how => step(() => (how === 'unusable' ? operator.reload(how) : undefined)),
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
      if (operator.configuration !== configurationOf(0)) await world.reload(0)
      while (whatIsMissing(guard.situation()) !== undefined && simulated.now() < until) {
        await world.start()
        await world.wait(sliceMs / 2)
      }
      const missing = whatIsMissing(guard.situation())
      if (missing !== undefined) throw new Error(`still not well: ${missing}`)
      await world.terminate()
    },
    async close() {
      operator.sidecar?.life.killAfter(0)
      await operator.bury()
    },
  }
  return world
}

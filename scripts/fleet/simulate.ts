import { setMaxListeners } from 'node:events'
import { type Agent, createAgent } from '../../src/agent/agent.ts'
import type { Publisher } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import { createMemoryNotifier, createMemoryPublisher, outputOf } from '../../test/support/memory-ends.ts'
import { createServer, type Server } from './server.ts'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.ts'

export interface FleetSettings {
  readonly agents: number
  readonly secretsEach: number
  readonly refreshMs: number
  readonly limitPerSecond: number
  readonly retryAfterMs: number
  readonly seed: number
}

export interface Happening {
  readonly name: string
  /** Requests of every second since the event. */
  readonly perSecond: readonly number[]
  readonly secondsUntilFresh: number
  readonly refused: number
  /** The busiest second, over the mean between the event and everything fresh. */
  readonly peakOverMean: number
  /** The busiest ten seconds afterwards, over the mean of a fleet at rest. */
  readonly laterOverSteady: number
}

const second = 1_000
const sharedPath = 'secret/shared'

/**
 * Real agents (their scheduling, not their disks) against one server, under a clock that is turned: all start at once; the
 * server returns after `outageMs`; a secret that all share rotates.
 */
export async function* simulateFleet(settings: FleetSettings, outageMs: number): AsyncGenerator<Happening> {
  const fleet = openFleet(settings)
  const { clock, server } = fleet
  const steadySeconds = (settings.refreshMs / second) * 3

  async function observe(name: string, isFresh: () => boolean): Promise<Happening> {
    const from = clock.now() / second
    const refusedBefore = server.refused
    while (!isFresh()) await clock.turnTo(clock.now() + second)
    const fresh = clock.now() / second
    await clock.turnTo(clock.now() + steadySeconds * second)
    const steady = (settings.agents * settings.secretsEach) / (settings.refreshMs / second) / meanShare
    return happening({
      name,
      perSecond: server.perSecond.slice(from),
      fresh: fresh - from,
      steady,
      refused: server.refused - refusedBefore,
    })
  }

  server.isUnlimited = true
  const firstRun = fleet.start()
  while (!fleet.areFresh(0)) await clock.turnTo(clock.now() + second)
  await firstRun.stop()
  server.isUnlimited = false

  const restartedAt = clock.now()
  const secondRun = fleet.start()
  yield await observe('all restart at once', () => fleet.areFresh(restartedAt))

  server.up = false
  await clock.turnTo(clock.now() + outageMs)
  server.up = true
  const backAt = clock.now()
  yield await observe(`the server returns after ${outageMs / 60_000} minutes`, () => fleet.areFresh(backAt))

  const rotatedAt = clock.now()
  server.rotateShared()
  yield await observe('a secret that all share rotates', () => fleet.areFresh(rotatedAt))
  await secondRun.stop()
}

/** Intervals are cut by 0 to 10 %, so polls come a little more often than each `refresh`. */
const meanShare = 0.95

interface Fleet {
  readonly clock: SimulatedClock
  readonly server: Server
  /** Starts all agents at once; those of an earlier run left their files. */
  start(): { stop(): Promise<void> }
  /** Whether every agent holds answers that are all younger than `instant`. */
  areFresh(instant: number): boolean
}

function openFleet(settings: FleetSettings): Fleet {
  const clock = createSimulatedClock()
  const random = seededRandom(settings.seed)
  const server = createServer({ clock, random, sharedPath, ...settings })
  const paths = [sharedPath, ...Array.from({ length: settings.secretsEach - 1 }, (_, n) => `secret/s${n}`)]
  const references = paths.map(path => `vault:${path}#value`)
  const publishers = Array.from({ length: settings.agents }, () => createMemoryPublisher(clock))
  const open = (publisher: Publisher, number: number) =>
    createAgent(
      {
        secrets: references.map(reference => ({
          names: [],
          reference: parseReference(reference),
          refreshMs: settings.refreshMs,
          optional: false,
          revokeAfterMs: 60_000,
          onRevoked: 'keep',
        })),
        outputs: references.map((reference, n) => outputOf(`/run/secrets/s${n}`, reference)),
        notifiers: [createMemoryNotifier(clock)],
        settleMs: 100,
        startTimeoutMs: 600_000,
        refreshMsOf: () => settings.refreshMs,
        revokeAfterMsOf: () => 60_000,
      },
      {
        providers: new Map([['vault', server.connect(number)]]),
        publisher,
        clock,
        random,
        journal: { record: () => undefined },
      },
    )
  let agents: Agent[] = []
  return {
    clock,
    server,
    start() {
      const ending = new AbortController()
      setMaxListeners(0, ending.signal)
      agents = publishers.map(open)
      const running = agents.map(agent => agent.run(ending.signal).catch(() => undefined))
      return {
        async stop() {
          ending.abort()
          await Promise.all(running)
        },
      }
    },
    areFresh: instant =>
      agents.every(agent =>
        agent.carried.secrets
          .values()
          .every(({ fetchedAt }) => fetchedAt !== undefined && fetchedAt >= instant),
      ),
  }
}

function happening({
  name,
  perSecond,
  fresh,
  steady,
  refused,
}: {
  name: string
  perSecond: readonly number[]
  fresh: number
  steady: number
  refused: number
}): Happening {
  const counts = Array.from(perSecond, count => count ?? 0)
  const until = counts.slice(0, fresh)
  const later = counts.slice(fresh)
  const windows = later.slice(0, -10).map((_, start) => sum(later.slice(start, start + 10)) / 10)
  return {
    name,
    perSecond: counts,
    secondsUntilFresh: fresh,
    refused,
    peakOverMean: Math.max(...until) / (sum(until) / fresh),
    laterOverSteady: Math.max(...windows) / steady,
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/** Mulberry32: the same seed makes the same fleet. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

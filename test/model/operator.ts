import type { Json } from '../../src/core/json.ts'
import type { Clock, Random } from '../../src/core/ports.ts'
import type { Application } from './applications.ts'
import { type Backend, leased, ttlMs } from './backend.ts'
import { type Configuration, configurations, secretsOf } from './configurations.ts'
import type { Excuses } from './excuses.ts'
import type { Guard } from './guard.ts'
import { cleanExit } from './invariants.ts'
import { type Sidecar, startSidecar } from './sidecar.ts'
import type { Volume } from './volume.ts'

/** Starts and ends agents, one at a time, and has them load configurations. */
export interface Operator {
  readonly sidecar: Sidecar | undefined
  readonly configuration: Configuration
  start(): Promise<void>
  reload(next: Configuration | 'unusable'): Promise<void>
  /** As SIGTERM; no time passes. */
  terminate(): Promise<void>
  /** Buries an agent that was killed, or that ended by itself. */
  bury(): Promise<void>
}

export interface OperatorOptions {
  readonly clock: Clock
  readonly random: Random
  readonly volume: Volume
  readonly backend: Backend
  readonly applications: readonly Application[]
  readonly guard: Guard
  readonly excuses: Excuses
  /** Lets all that is due run to its next wait. */
  readonly settled: () => Promise<void>
}

export function createOperator(options: OperatorOptions): Operator {
  const { volume, backend, clock, guard, excuses, settled } = options
  const over: { readonly sidecar: Sidecar; readonly operations: number }[] = []
  let sidecar: Sidecar | undefined
  let configuration: Configuration = configurationOf(0)
  let kept: Json | undefined

  async function leave(): Promise<void> {
    if (sidecar === undefined) return
    kept = sidecar.kept
    await sidecar.close()
    over.push({ sidecar, operations: sidecar.operations.length })
    sidecar = undefined
    excuses.begin('no agent')
  }

  /** A full disk and a kill are good reasons; nothing else is. */
  function complainOf(what: string, error: unknown): void {
    if (volume.fileSystem.room > 1_000 && sidecar?.life.dead !== true) guard.complain(`${what}: ${error}`)
  }

  function complainOfGhosts(): void {
    for (const { sidecar: ended, operations } of over) {
      const later = ended.operations.slice(operations).filter(({ name }) => name !== 'close')
      if (later.length > 0 && !ended.life.dead) guard.complain('an agent that has ended goes on')
    }
  }

  /** G8: "Renewing is preferred to re-issuing": a new configuration costs no lease. */
  function livingLease(next: Configuration | 'unusable'): number | undefined {
    const lease = backend.leases.at(-1)
    if (sidecar === undefined || lease === undefined || lease.endsAt - clock.uptime() < ttlMs / 2)
      return undefined
    if (sidecar.provider.answered.get(leased)?.version !== lease.version) return undefined
    const isUsed = next === 'unusable' || next.shapes.flatMap(secretsOf).includes(leased)
    return isUsed ? lease.version : undefined
  }

  return {
    get sidecar() {
      return sidecar
    },
    get configuration() {
      return configuration
    },
    async start() {
      if (sidecar !== undefined) return
      try {
        sidecar = await startSidecar(configuration, kept, { ...options, events: guard })
        excuses.end('no agent', 12_000)
      } catch (error) {
        complainOf('the agent does not start', error)
      }
    },
    async reload(next) {
      excuses.begin('reload')
      const lease = livingLease(next)
      // Who starts next reads the new one.
      if (next !== 'unusable') configuration = next
      try {
        await sidecar?.reload(next)
        configuration = sidecar?.configuration ?? configuration
      } catch (error) {
        complainOf('the agent does not go on', error)
        await leave()
      }
      await settled()
      if (lease !== undefined && sidecar?.life.dead === false && backend.latest(leased) > lease) {
        guard.complain(`a new configuration costs lease ${lease}`)
      }
      excuses.end('reload', 10_000)
      if (configuration.shapes.some(({ badTemplate }) => badTemplate)) excuses.begin('bad template')
      else excuses.end('bad template', 10_000)
    },
    async terminate() {
      if (sidecar === undefined) return
      await sidecar.abort().catch(error => guard.complain(error.message))
      if (!sidecar.life.dead) guard.complain(...cleanExit(sidecar, guard.situation()))
      await leave()
    },
    async bury() {
      complainOfGhosts()
      if (sidecar === undefined) return
      const { life, ended, publisher } = sidecar
      if (ended === undefined && !life.dead) return
      // Fail closed on start, and never later.
      if (!life.dead && publisher.complete) guard.complain(`the agent ends by itself with ${ended?.error}`)
      await sidecar.abort().catch(error => guard.complain(error.message))
      await leave()
    },
  }
}

export function configurationOf(number: number): Configuration {
  const configuration = configurations[number]
  if (configuration === undefined) throw new RangeError(`there is no configuration ${number}`)
  return configuration
}

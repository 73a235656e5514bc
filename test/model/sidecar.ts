import { type Agent, createAgent } from '../../src/agent/agent.ts'
import { readCarried, writeCarried } from '../../src/agent/carried-text.ts'
import type { Carried } from '../../src/agent/watched-secret.ts'
import type { Json } from '../../src/core/json.ts'
import type { Clock, Journal, Publication, Publisher, Random } from '../../src/core/ports.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createTracedFileSystem, type Operation, systemError } from '../support/traced-file-system.ts'
import type { Application } from './applications.ts'
import type { Backend, ConnectedProvider, IssuedLease } from './backend.ts'
import { type Configuration, outputsOf, secretPlansOf } from './configurations.ts'
import { createLife, type Life } from './life.ts'
import type { Volume } from './volume.ts'

export interface SidecarOptions {
  readonly clock: Clock
  readonly random: Random
  readonly volume: Volume
  readonly backend: Backend
  readonly applications: readonly Application[]
  readonly events: SidecarEvents
  /** Lets all that is due run to its next wait. */
  readonly settled: () => Promise<void>
}

export interface SidecarEvents {
  /** After each operation on a name. */
  readonly changed: () => void
  readonly revoking: (lease: IssuedLease) => void
  /** Answers what is called once it is told. */
  readonly telling: (application: Application, publication: Publication) => () => void
}

/** One process of the agent, from its start over new configurations to its end, as src/cli/run.ts runs it. */
export interface Sidecar {
  readonly life: Life
  readonly provider: ConnectedProvider
  readonly agent: Agent
  readonly publisher: Publisher
  readonly configuration: Configuration
  /** Clock.uptime() of its start, or of its latest configuration. */
  readonly since: number
  /** Once run() has settled: the error that it threw, if any. */
  readonly ended: { readonly error: unknown } | undefined
  /** Whether a secret was answered to it, or left to it. */
  has(secret: string): boolean
  readonly operations: readonly Operation[]
  /** What `state.keep` has kept. */
  readonly kept: Json | undefined
  /** Ends run() as SIGTERM does; no time passes. Rejects where it does not end. */
  abort(): Promise<void>
  /** Goes on with another configuration; with the present one where that cannot be used. Rejects where neither can. */
  reload(configuration: Configuration | 'unusable'): Promise<void>
  close(): Promise<void>
}

/** Whatever its process does not live to see is not done. @throws where the publisher cannot be opened */
export async function startSidecar(
  configuration: Configuration,
  left: Json | undefined,
  options: SidecarOptions,
): Promise<Sidecar> {
  const { clock, random, volume, backend, applications, events, settled } = options
  const life = createLife(clock)
  const provider = backend.connect(life, events)
  const fileSystem = createTracedFileSystem(
    operation => mortal(operation, life),
    () => {
      const operation = fileSystem.operations.at(-1)
      if (!life.dead && operation !== undefined && isVisible(operation, volume)) events.changed()
    },
    volume.fileSystem,
  )
  let kept = configuration.keep ? left : undefined
  const carried = kept === undefined ? nothing : readCarried(kept, clock.uptime())
  let current = await run(configuration, carried)

  async function run(next: Configuration, before: Carried) {
    const publisher = await openPublisher({
      stateDirectory: volume.stateDirectory,
      allowNonTmpfs: [],
      clock: life.clock,
      journal,
      fileSystem,
    })
    const keep = (now: Carried) => {
      if (!life.dead) kept = next.keep ? writeCarried(now) : undefined
    }
    const providers = new Map([['memory', provider]])
    const agent = createAgent(
      planOf(next),
      { providers, publisher, clock: life.clock, random, journal, keep },
      before,
    )
    const end = new AbortController()
    const running = {
      configuration: next,
      since: clock.uptime(),
      agent,
      publisher,
      end,
      ended: undefined as Sidecar['ended'],
    }
    const settle = (error?: unknown) => {
      running.ended = { error }
    }
    agent.run(end.signal).then(() => settle(), settle)
    return running
  }

  function planOf(next: Configuration) {
    const { refreshMs } = next
    return {
      secrets: secretPlansOf(next),
      outputs: outputsOf(next),
      notifiers: applications.map(application =>
        application.notifier(life, publication => events.telling(application, publication)),
      ),
      settleMs: 100,
      startTimeoutMs: 60_000,
      refreshMsOf: () => refreshMs,
      revokeAfterMsOf: () => 5_000,
    }
  }

  const sidecar: Sidecar = {
    life,
    provider,
    operations: fileSystem.operations,
    has: secret => provider.answered.has(secret) || carried.secrets.has(`memory:${secret}`),
    get agent() {
      return current.agent
    },
    get publisher() {
      return current.publisher
    },
    get configuration() {
      return current.configuration
    },
    get since() {
      return current.since
    },
    get ended() {
      return current.ended
    },
    get kept() {
      return kept
    },
    async abort() {
      current.end.abort()
      await settled()
      if (current.ended === undefined) throw new Error('run() does not end')
    },
    async reload(next) {
      const { agent, configuration: present } = current
      await sidecar.abort()
      await current.publisher.close()
      if (next === 'unusable') current = await run(present, agent.carried)
      else current = await run(next, agent.carried).catch(() => run(present, agent.carried))
    },
    close: () => current.publisher.close(),
  }
  return sidecar
}

const nothing: Carried = { secrets: new Map(), retired: [] }
const journal: Journal = { record: () => undefined }

/** The kernel closes what a dead process had open. */
function mortal({ name }: Operation, life: Life): void {
  if (name === 'close') return
  try {
    life.effect()
  } catch {
    throw systemError('EIO', -5, 'died')
  }
}

/**
 * Whether an operation may have changed what can be seen. Only a name makes anything visible: what is written, or given away,
 * before it has one can be seen by nobody, and neither can what is staged.
 */
function isVisible({ name, args }: Operation, { stateDirectory }: Volume): boolean {
  return (
    naming.has(name) &&
    args.some(arg => String(arg).startsWith('/') && !String(arg).startsWith(`${stateDirectory}/staging/`))
  )
}

const naming: ReadonlySet<Operation['name']> = new Set<Operation['name']>([
  ...(['makeDirectory', 'removeDirectory', 'unlink', 'symlink', 'rename', 'createFile'] as const),
])

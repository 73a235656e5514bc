import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Agent, createAgent } from '../agent/agent.ts'
import type { Plan } from '../agent/plan.ts'
import type { Carried } from '../agent/watched-secret.ts'
import type { ResolvedConfiguration } from '../config/resolved.ts'
import type { Clock, Journal, Provider, Publisher, Random } from '../core/ports.ts'
import { openNotifier } from '../notify/registry.ts'
import { listenOnSocket, listenOnTcp } from '../platform/control-socket.ts'
import { joinJournals } from '../platform/logger.ts'
import { openProvider } from '../providers/registry.ts'
import type { Retired } from '../publish/generation-store.ts'
import { openPublisher } from '../publish/publisher.ts'
import { composeOutputs } from './compose-outputs.ts'
import { type KeptState, openKeptState } from './kept-state.ts'

export interface Ends {
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
}

/** A running set of real parts. Closing it leaves the files as they are. */
export interface Composition extends AsyncDisposable {
  readonly agent: Agent
  /** Where `state.keep` asks for it. */
  readonly kept: KeptState | undefined
}

/** Providers by their settings, so that one whose settings did not change keeps its session over a new configuration. */
export type OpenProviders = Map<string, Provider>

export interface Before {
  readonly providers: OpenProviders
  /** Credentials whose files are removed, by path. */
  readonly taken: Map<string, string>
  /** What providers left that are not open any more, by name; see Provider.remember. */
  readonly remembered: Map<string, string>
  readonly carried: Carried
  /** See CompileOptions: equal writes are one also over a new configuration. */
  readonly writeKey: Uint8Array
  /** Earlier generations of directory outputs. */
  readonly retired: Retired
}

export function nothingBefore(): Before {
  return {
    providers: new Map(),
    taken: new Map(),
    remembered: new Map(),
    carried: { secrets: new Map(), retired: [] },
    writeKey: randomBytes(32),
    retired: new Map(),
  }
}

/**
 * What an agent before this process left, where `state.keep` has kept it.
 * @throws PublishError, ConfigurationError where it must not be kept there
 */
export function leftBefore(configuration: ResolvedConfiguration, { clock, journal }: Ends): Before {
  return { ...nothingBefore(), ...openKeptState(configuration, journal)?.load(clock.uptime()) }
}

/**
 * Joins real parts into an agent as the configuration says; the one place that knows them all.
 * @throws PublishError where the target is refused or another agent holds the state
 */
export async function composeAgent(
  configuration: ResolvedConfiguration,
  ends: Ends,
  before: Before,
): Promise<Composition> {
  await using opened = new AsyncDisposableStack()
  const providers = await openProviders(configuration, ends, before)
  const metrics = configuration.listen === undefined ? undefined : await createMetrics(() => agent.status())
  const journal = metrics === undefined ? ends.journal : joinJournals(ends.journal, metrics.journal)

  const plan = await planOf(configuration, { ...ends, journal, writeKey: before.writeKey })
  const publisher: Publisher = await openPublisher({
    ...ends,
    journal,
    stateDirectory: configuration.stateDirectory,
    allowNonTmpfs: configuration.allowNonTmpfs,
    retired: before.retired,
  })
  opened.defer(() => publisher.close())
  const kept = openKeptState(configuration, journal)
  const { writeKey } = before
  const keep = kept && ((carried: Carried) => kept.save({ carried, writeKey }, providers.values()))
  const agent = createAgent(plan, { ...ends, journal, providers, publisher, keep }, before.carried)

  opened.use(await listenOnSocket(join(configuration.stateDirectory, 'agent.sock'), agent))
  if (configuration.listen !== undefined && metrics !== undefined) {
    opened.use(await listenOnTcp(configuration.listen, agent, metrics.text))
  }
  const parts = opened.move()
  return { agent, kept, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

async function createMetrics(status: Agent['status']) {
  const metrics = await import('../platform/metrics.ts')
  return metrics.createMetrics(status)
}

/** Opens what a configuration names and is not open yet, and closes what it names no longer. */
export async function openProviders(
  { providers }: Pick<ResolvedConfiguration, 'providers'>,
  ends: Ends,
  { providers: open, remembered, taken }: Pick<Before, 'providers' | 'remembered' | 'taken'>,
): Promise<ReadonlyMap<string, Provider>> {
  const wanted = new Map(providers.map(settings => [JSON.stringify(settings), settings]))
  for (const [key, provider] of open) {
    if (wanted.has(key)) continue
    open.delete(key)
    const session = provider.remember?.()
    if (session !== undefined) remembered.set(provider.name, session)
    await provider.close()
  }
  for (const [key, settings] of wanted) {
    if (open.has(key)) continue
    const provider = await openProvider(settings, { ...ends, taken })
    open.set(key, provider)
    const session = remembered.get(provider.name)
    if (session !== undefined) provider.resume?.(session)
  }
  return new Map([...open.values()].map(provider => [provider.name, provider]))
}

/** The configuration's outputs and notifiers as the parts that carry them out. */
async function planOf(
  configuration: ResolvedConfiguration,
  ends: Ends & { readonly writeKey: Uint8Array },
): Promise<Plan> {
  const refreshMs = new Map(configuration.providers.map(({ name, refreshMs }) => [name, refreshMs]))
  const revokeAfterMs = new Map(
    configuration.providers.flatMap(settings =>
      settings.type === 'vault' ? [[settings.name, settings.revokeAfterMs]] : [],
    ),
  )
  return {
    secrets: configuration.secrets,
    outputs: await composeOutputs(configuration, ends),
    notifiers: await Promise.all(configuration.notifiers.map(settings => openNotifier(settings, ends))),
    settleMs: configuration.settleMs,
    startTimeoutMs: configuration.startTimeoutMs,
    refreshMsOf: provider => refreshMs.get(provider) ?? 60_000,
    revokeAfterMsOf: provider => revokeAfterMs.get(provider) ?? 0,
  }
}

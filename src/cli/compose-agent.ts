import { join } from 'node:path'
import { type Agent, createAgent } from '../agent/agent.ts'
import type { Plan } from '../agent/plan.ts'
import type { Carried } from '../agent/watched-secret.ts'
import type { FileSource, ResolvedConfiguration, ResolvedOutput } from '../config/resolved.ts'
import type { Output, Renderer } from '../core/output.ts'
import type { Clock, Journal, Provider, Publisher, Random } from '../core/ports.ts'
import type { Reference } from '../core/reference.ts'
import { openNotifier } from '../notify/registry.ts'
import { listenOnSocket, listenOnTcp } from '../platform/control-socket.ts'
import { joinJournals } from '../platform/logger.ts'
import { openProvider } from '../providers/registry.ts'
import { openPublisher } from '../publish/publisher.ts'

export interface Ends {
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
}

/** A running set of real parts. Closing it leaves the files as they are. */
export interface Composition extends AsyncDisposable {
  readonly agent: Agent
}

/** Providers by their settings, so that one whose settings did not change keeps its session over a new configuration. */
export type OpenProviders = Map<string, Provider>

export interface Before {
  readonly providers: OpenProviders
  readonly carried: Carried
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
  const providers = await openProviders(configuration, ends, before.providers)
  const metrics = configuration.listen === undefined ? undefined : await createMetrics(() => agent.status())
  const journal = metrics === undefined ? ends.journal : joinJournals(ends.journal, metrics.journal)

  const plan = await planOf(configuration, { ...ends, journal })
  const publisher: Publisher = await openPublisher({
    ...ends,
    journal,
    stateDirectory: configuration.stateDirectory,
    allowNonTmpfs: configuration.allowNonTmpfs,
  })
  opened.defer(() => publisher.close())
  const agent = createAgent(plan, { ...ends, journal, providers, publisher }, before.carried)

  opened.use(await listenOnSocket(join(configuration.stateDirectory, 'agent.sock'), agent))
  if (configuration.listen !== undefined && metrics !== undefined) {
    opened.use(await listenOnTcp(configuration.listen, agent, metrics.text))
  }
  const parts = opened.move()
  return { agent, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

async function createMetrics(status: Agent['status']) {
  const metrics = await import('../platform/metrics.ts')
  return metrics.createMetrics(status)
}

async function openProviders(
  { providers }: ResolvedConfiguration,
  ends: Ends,
  open: OpenProviders,
): Promise<ReadonlyMap<string, Provider>> {
  const wanted = new Map(providers.map(settings => [JSON.stringify(settings), settings]))
  for (const [key, provider] of open) {
    if (wanted.has(key)) continue
    open.delete(key)
    await provider.close()
  }
  for (const [key, settings] of wanted) {
    if (!open.has(key)) open.set(key, await openProvider(settings, ends))
  }
  return new Map([...open.values()].map(provider => [provider.name, provider]))
}

/** The configuration's outputs and notifiers as the parts that carry them out. */
async function planOf(configuration: ResolvedConfiguration, ends: Ends): Promise<Plan> {
  const refreshMs = new Map(configuration.providers.map(({ name, refreshMs }) => [name, refreshMs]))
  const revokeAfterMs = new Map(
    configuration.providers.flatMap(settings =>
      settings.type === 'vault' ? [[settings.name, settings.revokeAfterMs]] : [],
    ),
  )
  return {
    secrets: configuration.secrets,
    outputs: await Promise.all(configuration.outputs.map(output => outputOf(output, configuration))),
    notifiers: await Promise.all(configuration.notifiers.map(settings => openNotifier(settings, ends))),
    settleMs: configuration.settleMs,
    startTimeoutMs: configuration.startTimeoutMs,
    refreshMsOf: provider => refreshMs.get(provider) ?? 60_000,
    revokeAfterMsOf: provider => revokeAfterMs.get(provider) ?? 0,
  }
}

async function outputOf(output: ResolvedOutput, configuration: ResolvedConfiguration): Promise<Output> {
  const files = await Promise.all(
    output.files.map(async ({ source, ...file }) => ({
      ...file,
      renderer: await rendererOf(source, configuration),
    })),
  )
  return { ...output, files }
}

/** What only one kind of output needs is loaded for that kind only. */
async function rendererOf(
  source: FileSource,
  { secrets, providers }: ResolvedConfiguration,
): Promise<Renderer> {
  if (source.kind === 'template') {
    const { compileTemplate } = await import('../template/compile-template.ts')
    const dot = new Map(
      secrets.flatMap(({ names, reference }) => names.map((name): [string, Reference] => [name, reference])),
    )
    const vaults = providers.filter(({ type }) => type === 'vault').map(({ name }) => name)
    const secretProvider = vaults.includes('vault') ? 'vault' : vaults[0]
    return compileTemplate(source.text, { name: source.name, dot, secretProvider })
  }
  const { compileFormat, renderValue } = await import('../template/compile-format.ts')
  if (source.kind === 'format') return compileFormat(source.reference, source.format)
  return renderValue(source.reference, source.reference.field)
}

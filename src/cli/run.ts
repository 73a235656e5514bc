import type { ResolvedConfiguration } from '../config/resolved.ts'
import { type ExitCode, exitCodes, logFields, problemOf } from '../core/errors.ts'
import type { Journal } from '../core/ports.ts'
import { placeText } from '../core/problem.ts'
import { type Composition, composeAgent, type Ends, leftBefore } from './compose-agent.ts'
import { endProviders } from './end-providers.ts'
import { InvalidConfiguration } from './invalid-configuration.ts'

export interface RunOptions {
  readonly ends: Ends
  readonly configuration: ResolvedConfiguration
  /** Loads the configuration anew, whole, or throws a ConfigurationError that names every mistake. */
  readonly load: () => Promise<ResolvedConfiguration>
  /** Aborted by SIGTERM and SIGINT. */
  readonly terminate: AbortSignal
  /** Calls back at each SIGHUP. */
  readonly onReload: (callback: () => void) => Disposable
}

/**
 * Runs the agent until it is told to end. SIGHUP loads the configuration whole, or keeps the old one and says why.
 * @throws what keeps a first start from being complete
 */
export async function run({
  ends,
  configuration: initial,
  load,
  terminate,
  onReload,
}: RunOptions): Promise<ExitCode> {
  const { journal } = ends
  let configuration = initial
  let before = leftBefore(configuration, ends)
  let composition: Composition | undefined = await composeAgent(configuration, ends, before)
  let { kept } = composition
  journal.record('info', 'started', 'the agent runs', {
    outputs: configuration.outputs.length,
    secrets: configuration.secrets.length,
  })

  while (composition !== undefined) {
    const { agent }: Composition = composition
    kept = composition.kept
    const next: ResolvedConfiguration | undefined = await runUntilReload(
      agent.run,
      { load, onReload, ends },
      terminate,
    ).finally(() => composition?.[Symbol.asyncDispose]())
    before = { ...before, carried: agent.carried }
    if (next === undefined) break
    composition = await composeAgent(next, ends, before).catch(error => {
      recordRefusal(error, journal)
      return composeAgent(configuration, ends, before)
    })
    configuration = next
    journal.record('info', 'reloaded', 'the configuration is loaded', {
      outputs: configuration.outputs.length,
    })
  }
  await endProviders(before, ends)
  kept?.save(before, before.providers.values())
  journal.record('info', 'ended', 'the agent ends; the files stay')
  return exitCodes.ok
}

/** Runs the agent; answers the configuration to go on with, or undefined at its end. */
async function runUntilReload(
  runAgent: (signal: AbortSignal) => Promise<void>,
  { load, onReload, ends }: Pick<RunOptions, 'load' | 'onReload' | 'ends'>,
  terminate: AbortSignal,
): Promise<ResolvedConfiguration | undefined> {
  const ending = new AbortController()
  let next: ResolvedConfiguration | undefined
  using _reloading = onReload(() => {
    load().then(
      configuration => {
        next = configuration
        ending.abort()
      },
      error => recordRefusal(error, ends.journal),
    )
  })
  await runAgent(AbortSignal.any([terminate, ending.signal]))
  return terminate.aborted ? undefined : next
}

/** One line for each mistake. */
function recordRefusal(error: unknown, journal: Journal): void {
  const problems = error instanceof InvalidConfiguration ? error.problems : [problemOf(error)]
  for (const problem of problems) {
    const place = placeText(problem)
    const message = place === '' ? problem.message : `${place}: ${problem.message}`
    journal.record('error', 'reload_refused', message, logFields(problem))
  }
}

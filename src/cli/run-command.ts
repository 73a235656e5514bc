import type { ResolvedConfiguration } from '../config/resolved.ts'
import type { ExitCode } from '../core/errors.ts'
import { createClock } from '../platform/clock.ts'
import { createLogger } from '../platform/logger.ts'
import type { Ends } from './compose-agent.ts'
import type { ConfigurationOptions, LogOptions, ProgramContext } from './context.ts'
import { harden } from './harden.ts'
import { loadOrThrow } from './load-configuration.ts'
import { once } from './once.ts'
import { run } from './run.ts'

export async function runCommand(
  context: ProgramContext,
  options: ConfigurationOptions & LogOptions,
): Promise<ExitCode> {
  harden(context)
  const load = () => loadOrThrow(context, options)
  const configuration = await load()
  const { terminate, onReload } = context
  return run({ ends: endsOf(context, options, configuration), configuration, load, terminate, onReload })
}

export async function onceCommand(
  context: ProgramContext,
  options: ConfigurationOptions & LogOptions,
  timeoutMs: number,
): Promise<ExitCode> {
  harden(context)
  const configuration = await loadOrThrow(context, options)
  return once({
    ends: endsOf(context, options, configuration),
    configuration,
    timeoutMs,
    terminate: context.terminate,
  })
}

function endsOf({ terminal }: ProgramContext, options: LogOptions, { log }: ResolvedConfiguration): Ends {
  const journal = createLogger({
    level: options.logLevel ?? log.level,
    format: options.logFormat ?? (terminal.isTerminal ? 'pretty' : 'json'),
    write: terminal.out,
    colour: terminal.colour,
  })
  return { clock: createClock(), random: Math.random, journal }
}

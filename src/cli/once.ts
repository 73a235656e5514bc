import type { ResolvedConfiguration } from '../config/resolved.ts'
import { type ExitCode, exitCodes, KeyturnError } from '../core/errors.ts'
import { composeAgent, type Ends, leftBefore } from './compose-agent.ts'

export interface OnceOptions {
  readonly ends: Ends
  readonly configuration: ResolvedConfiguration
  readonly timeoutMs: number
  readonly terminate: AbortSignal
}

/**
 * Publishes everything once and ends.
 * @throws what keeps it from being complete, or a KeyturnError after `timeoutMs`
 */
export async function once({ ends, configuration, timeoutMs, terminate }: OnceOptions): Promise<ExitCode> {
  const before = leftBefore(configuration, ends)
  const { providers } = before
  await using composition = await composeAgent(configuration, ends, before)
  const ending = new AbortController()
  const running = AbortSignal.any([terminate, ending.signal])
  const { agent } = composition
  const ended = agent.run(running)
  const timedOut = ends.clock.sleep(timeoutMs, running).then(() => 'timeout' as const)
  try {
    const first = await Promise.race([
      agent.complete.then(() => 'complete' as const),
      ended.then(() => 'ended' as const),
      timedOut,
    ])
    if (first === 'complete') return exitCodes.ok
    if (first === 'ended') return exitCodes.unexpected
    const waiting = agent.status().secrets.flatMap(({ lastError }) => lastError ?? [])
    throw (
      agent.startError() ??
      new TimeoutError(`not everything is published after ${timeoutMs} ms`, { hint: waiting[0] })
    )
  } finally {
    timedOut.catch(() => undefined)
    ending.abort()
    await ended.catch(() => undefined)
    for (const provider of providers.values()) await provider.close()
  }
}

class TimeoutError extends KeyturnError {
  override get exitCode(): ExitCode {
    return exitCodes.timeout
  }
}

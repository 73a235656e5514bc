import { type ExitCode, exitCodes } from '../core/errors.ts'
import { askAgent } from './ask-agent.ts'
import type { Terminal } from './terminal.ts'

/** Asks a running agent whether it is healthy, or ready. */
export async function healthcheck(
  { socketPath, ready }: { socketPath: string; ready: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const { status, body } = await askAgent(socketPath, 'GET', ready ? '/readyz' : '/healthz')
  terminal.out(body)
  return status === 200 ? exitCodes.ok : exitCodes.unexpected
}

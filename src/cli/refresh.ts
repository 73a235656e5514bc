import { ConfigurationError, type ExitCode, exitCodes } from '../core/errors.ts'
import type { Status } from '../core/status.ts'
import { askAgent } from './ask-agent.ts'
import { palette, type Terminal } from './terminal.ts'

export interface RefreshOptions {
  readonly socketPath: string
  /** Empty for all secrets. */
  readonly names: readonly string[]
}

/** Has a running agent read secrets now; returns when what rotated is published, and fails where a read failed. */
export async function refreshSecrets(
  { socketPath, names }: RefreshOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const query = new URLSearchParams(names.map((name): [string, string] => ['name', name]))
  const { status, body } = await askAgent(socketPath, 'POST', `/refresh?${query}`)
  if (status !== 200) {
    const { error, hint } = JSON.parse(body) as { error: string; hint?: string }
    throw new ConfigurationError(error, { hint })
  }
  const { green, red } = palette(terminal)
  const asked = (JSON.parse(body) as Status).secrets.filter(
    secret =>
      names.length === 0 ||
      names.includes(secret.reference) ||
      secret.names.some(name => names.includes(name)),
  )
  for (const { reference, version, lastError } of asked) {
    terminal.out(
      lastError === undefined
        ? `${green('fresh')}  ${reference} is at version ${version ?? 'none'}\n`
        : `${red('failed')} ${lastError}\n`,
    )
  }
  return asked.some(({ lastError }) => lastError !== undefined) ? exitCodes.missing : exitCodes.ok
}

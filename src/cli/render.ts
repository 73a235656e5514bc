import { readFileSync } from 'node:fs'
import { ConfigurationError, type ExitCode, exitCodes } from '../core/errors.ts'
import { renderOffline } from '../template/render-offline.ts'
import type { ProgramContext } from './context.ts'

/** Renders a template with data from files, in clear, without an agent and without a network. */
export async function render(
  { terminal }: ProgramContext,
  file: string,
  { data, secrets }: { data?: string; secrets?: string },
): Promise<ExitCode> {
  const text = readText(file)
  const rendered = await renderOffline({
    text,
    name: file,
    ...(data === undefined ? {} : { dataJson: readText(data) }),
    ...(secrets === undefined ? {} : { secretsJson: readText(secrets) }),
  })
  terminal.out(rendered)
  return exitCodes.ok
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new ConfigurationError(`"${file}" cannot be read: ${code}`)
  }
}

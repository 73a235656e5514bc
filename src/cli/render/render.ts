import { resolve } from 'node:path'
import { ConfigurationError, type ExitCode, exitCodes } from '../../core/errors.ts'
import { createClock } from '../../platform/clock.ts'
import { renderOffline } from '../../template/render-offline.ts'
import type { ProgramContext } from '../context.ts'
import { reportError } from '../report-error.ts'
import { palette } from '../terminal.ts'
import { readGiven } from './read-given.ts'
import { filesChanged, watchFiles } from './watch-files.ts'

export interface RenderOptions {
  readonly config?: string
  /** JSON: what the dot holds. */
  readonly data?: string
  /** JSON: path -> Vault's answer. */
  readonly secrets?: string
  readonly live?: true
  readonly reveal?: true
  readonly diff?: true
  readonly watch?: true
}

/** Renders once, and answers the exit code. Each file that it reads is told beforehand. */
export type RenderOnce = (reads: (file: string) => void) => Promise<ExitCode>

/**
 * Renders one template with data from files, in clear; or the outputs of a configuration, masked. Publishes nothing and
 * tells nobody. With `watch` again whenever a file that was read has changed, until it is told to end.
 */
export async function render(
  context: ProgramContext,
  target: string | undefined,
  options: RenderOptions,
): Promise<ExitCode> {
  await using parts = new AsyncDisposableStack()
  const once = await rendererOf(context, target, { options, parts })
  if (options.watch !== true) return await once(() => undefined)

  const { terminal, terminate } = context
  const { dim } = palette(terminal)
  const clock = createClock()
  while (!terminate.aborted) {
    const files = watchFiles()
    await once(files.add).catch(error => reportError(error, terminal))
    terminal.error(`${dim(`watching ${files.count} files`)}\n`)
    const changed = await filesChanged(files, clock, terminate)
    if (changed.length > 0) terminal.error(`\n${dim(`── ${changed.join(', ')} changed ──`)}\n`)
  }
  return exitCodes.ok
}

async function rendererOf(
  context: ProgramContext,
  target: string | undefined,
  { options, parts }: { options: RenderOptions; parts: AsyncDisposableStack },
): Promise<RenderOnce> {
  if (options.config !== undefined || options.live === true || options.diff === true) {
    const { renderConfiguration } = await import('./render-configuration.ts')
    return renderConfiguration(context, target, { options, parts })
  }
  if (target === undefined) {
    throw new ConfigurationError('nothing says what to render', {
      hint: 'name a template; or a configuration by --config, with --data or --live',
    })
  }
  return reads => renderTemplate(context, target, { options, reads })
}

/** In clear: who renders a template with data of their own sees both anyway. */
async function renderTemplate(
  { terminal, workingDirectory }: ProgramContext,
  file: string,
  { options, reads }: { options: RenderOptions; reads: (file: string) => void },
): Promise<ExitCode> {
  const read = (name: string) => readGiven(resolve(workingDirectory, name), { name, reads })
  const { data, secrets } = options
  const rendered = await renderOffline({
    text: read(file),
    name: file,
    ...(data === undefined ? {} : { dataJson: read(data) }),
    ...(secrets === undefined ? {} : { secretsJson: read(secrets) }),
  })
  terminal.out(rendered)
  return exitCodes.ok
}

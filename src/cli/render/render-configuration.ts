import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { ConfigurationError } from '../../core/errors.ts'
import type { Output } from '../../core/output.ts'
import { didYouMean, listed } from '../../core/suggest.ts'
import { createClock } from '../../platform/clock.ts'
import { composeOutputs } from '../compose-outputs.ts'
import type { ProgramContext } from '../context.ts'
import { loadOrThrow } from '../load-configuration.ts'
import { givenSource } from './given-source.ts'
import { createLiveSource } from './live-source.ts'
import { previewOutputs } from './preview-outputs.ts'
import type { RenderOnce, RenderOptions } from './render.ts'
import { showPreviews } from './show-previews.ts'
import { withTemplateFiles } from './with-template-files.ts'

/**
 * Renders the outputs of a configuration, or the one that `target` names, with given data or against the providers.
 * @param parts gets what is to be closed at the end
 * @throws ConfigurationError for options that do not go together
 */
export async function renderConfiguration(
  context: ProgramContext,
  target: string | undefined,
  { options, parts }: { options: RenderOptions; parts: AsyncDisposableStack },
): Promise<RenderOnce> {
  const { data, secrets, live, config } = options
  const given = data !== undefined || secrets !== undefined
  if (live === true && given) throw new ConfigurationError('--live stands beside data that is given')
  if (live !== true && !given) {
    throw new ConfigurationError('nothing says what the secrets hold', {
      hint: 'give them by --data or --secrets, or ask the providers by --live',
    })
  }
  const writeKey = randomBytes(32)
  const clock = createClock()
  const liveSource = live === true ? parts.use(createLiveSource(context)) : undefined

  return async reads => {
    const configuration = await loadOrThrow(context, config === undefined ? {} : { config }, reads)
    const outputs = chosen(
      await composeOutputs(configuration, { writeKey, clock }),
      target,
      context.workingDirectory,
    )
    const secretSource =
      liveSource?.of(configuration) ??
      givenSource(configuration, { ...options, writeKey, reads, directory: context.workingDirectory })
    const source = withTemplateFiles(secretSource, configuration, reads)
    const previews = await previewOutputs(outputs, source, context.terminate)
    return showPreviews(previews, { context, options, configuration })
  }
}

/** All, or the one of this path; of a directory also a single file. */
function chosen(
  outputs: readonly Output[],
  target: string | undefined,
  directory: string,
): readonly Output[] {
  if (target === undefined) return outputs
  const path = resolve(directory, target)
  const found = outputs.flatMap(output => {
    if (output.path === path) return [output]
    const files = output.files.filter(({ name }) => name !== '' && `${output.path}/${name}` === path)
    return files.length === 0 ? [] : [{ ...output, files }]
  })
  if (found.length > 0) return found
  const paths = outputs.map(output => output.path)
  throw new ConfigurationError(`"${target}" is no output of the configuration`, {
    hint: didYouMean(path, paths) ?? `there are ${listed(paths)}`,
  })
}

import type { ResolvedConfiguration } from '../../config/resolved.ts'
import { messageOf } from '../../core/errors.ts'
import { type Reference, templateFileProvider } from '../../core/reference.ts'
import type { Secret } from '../../core/secret.ts'
import { createFileProvider } from '../../providers/file/file.ts'
import type { SecretSource } from './preview-outputs.ts'

/**
 * Reads the files that templates ask for and may have, whatever the secrets come from.
 * @param reads is told of each file before it is read
 */
export function withTemplateFiles(
  source: SecretSource,
  { templates }: Pick<ResolvedConfiguration, 'templates'>,
  reads: (file: string) => void,
): SecretSource {
  const settings = { type: 'file', name: templateFileProvider, below: templates.readBelow } as const
  const provider = createFileProvider(settings, { journal: { record: () => undefined } })
  const contents = new Map<string, Secret>()
  const failures = new Map<string, Error>()
  const isFile = (reference: Reference) => reference.provider === templateFileProvider

  async function readFile(reference: Reference, signal: AbortSignal): Promise<void> {
    const { path } = reference
    reads(path)
    try {
      contents.set(path, await provider.fetch(reference, signal))
    } catch (error) {
      signal.throwIfAborted()
      failures.set(path, error instanceof Error ? error : new Error(messageOf(error)))
    }
  }

  return {
    read: reference => (isFile(reference) ? contents.get(reference.path) : source.read(reference)),
    async obtain(references, signal) {
      const { files = [], others = [] } = Object.groupBy(references, reference =>
        isFile(reference) ? 'files' : 'others',
      )
      await Promise.all([
        source.obtain(others, signal),
        ...files.map(reference => readFile(reference, signal)),
      ])
    },
    failureOf: reference =>
      (isFile(reference) ? failures.get(reference.path) : undefined) ?? source.failureOf(reference),
  }
}

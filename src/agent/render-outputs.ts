import { messageOf } from '../core/errors.ts'
import type { Output, OutputFile, ReadSecret, RenderedOutput } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'

/** What became of one output. `used` names all that its rendering asked for, whether it was there or not. */
export type RenderResult =
  | { readonly kind: 'rendered'; readonly rendered: RenderedOutput; readonly used: readonly Reference[] }
  /** Secrets must arrive first. */
  | { readonly kind: 'waiting'; readonly used: readonly Reference[] }
  /** Nothing to write: the optional secrets that it needs do not exist. */
  | { readonly kind: 'absent'; readonly used: readonly Reference[] }
  | { readonly kind: 'failed'; readonly error: Error; readonly used: readonly Reference[] }

/** Renders one output from the current secrets, without the files whose optional secret does not exist. Pure. */
export function renderOutput(output: Output, read: ReadSecret): RenderResult {
  const files: OutputFile[] = []
  const contents: Uint8Array[] = []
  const used: Reference[] = []
  let waiting = false
  for (const file of output.files) {
    try {
      const result = file.renderer.render(read)
      if ('missing' in result) {
        used.push(...result.missing, ...(result.used ?? []))
        waiting ||= result.missing.some(reference => read(reference) !== null)
        continue
      }
      used.push(...result.used)
      files.push(file)
      contents.push(typeof result.content === 'string' ? Buffer.from(result.content) : result.content)
    } catch (error) {
      return { kind: 'failed', error: error instanceof Error ? error : new Error(messageOf(error)), used }
    }
  }
  if (waiting) return { kind: 'waiting', used }
  if (files.length === 0) return { kind: 'absent', used }
  const rendered = { output: { ...output, files }, contents, versions: versionsOf(used, read) }
  return { kind: 'rendered', rendered, used }
}

function versionsOf(used: readonly Reference[], read: ReadSecret): Record<string, string> {
  const versions: Record<string, string> = {}
  for (const reference of used) {
    const secret = read(reference)
    if (secret) versions[secretKey(reference)] = secret.version
  }
  return versions
}

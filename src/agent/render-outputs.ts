import { messageOf } from '../core/errors.ts'
import type { Output, ReadSecret, RenderedOutput } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'

/** What became of one output. `used` names all that its rendering asked for, whether it was there or not. */
export type RenderResult =
  | { readonly kind: 'rendered'; readonly rendered: RenderedOutput; readonly used: readonly Reference[] }
  /** Secrets must arrive first. */
  | { readonly kind: 'waiting'; readonly missing: readonly Reference[]; readonly used: readonly Reference[] }
  /** An optional secret that it needs does not exist. */
  | { readonly kind: 'absent'; readonly used: readonly Reference[] }
  | { readonly kind: 'failed'; readonly error: Error; readonly used: readonly Reference[] }

/** Renders one output from the current secrets. Pure. */
export function renderOutput(output: Output, read: ReadSecret): RenderResult {
  const contents: Uint8Array[] = []
  const used: Reference[] = []
  const missing: Reference[] = []
  for (const file of output.files) {
    try {
      const result = file.renderer.render(read)
      if ('missing' in result) missing.push(...result.missing)
      else {
        contents.push(typeof result.content === 'string' ? Buffer.from(result.content) : result.content)
        used.push(...result.used)
      }
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(messageOf(error))
      return { kind: 'failed', error: cause, used: [...used, ...missing] }
    }
  }
  if (missing.length > 0) {
    const absent = missing.every(reference => read(reference) === null)
    return absent
      ? { kind: 'absent', used: [...used, ...missing] }
      : { kind: 'waiting', missing, used: [...used, ...missing] }
  }
  return { kind: 'rendered', rendered: { output, contents, versions: versionsOf(used, read) }, used }
}

function versionsOf(used: readonly Reference[], read: ReadSecret): Record<string, string> {
  const versions: Record<string, string> = {}
  for (const reference of used) {
    const secret = read(reference)
    if (secret) versions[secretKey(reference)] = secret.version
  }
  return versions
}

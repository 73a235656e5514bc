import { messageOf } from '../core/errors.ts'
import type { Output, OutputFile, ReadSecret, RenderedOutput } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import { type Declaration, placeDeclared } from './place-declared.ts'

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
  const declarations: Declaration[] = []
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
      for (const declared of result.declared ?? []) declarations.push({ by: file, declared })
    } catch (error) {
      return failed(error, used)
    }
  }
  if (waiting) return { kind: 'waiting', used }
  if (files.length === 0) return { kind: 'absent', used }
  const rendered = { output: { ...output, files }, contents, versions: versionsOf(used, read) }
  try {
    return { kind: 'rendered', rendered: withDeclared(output, rendered, declarations), used }
  } catch (error) {
    return failed(error, used)
  }
}

function withDeclared(
  output: Output,
  rendered: RenderedOutput,
  declarations: readonly Declaration[],
): RenderedOutput {
  if (declarations.length === 0) return rendered
  const { inside, beside } = placeDeclared(output, declarations)
  const { versions } = rendered
  return {
    ...rendered,
    output: { ...rendered.output, files: [...rendered.output.files, ...inside.map(({ place }) => place)] },
    contents: [...rendered.contents, ...inside.map(({ content }) => content)],
    further: beside.map(({ place, content }) => ({ output: place, contents: [content], versions })),
  }
}

function failed(error: unknown, used: readonly Reference[]): RenderResult {
  return { kind: 'failed', error: error instanceof Error ? error : new Error(messageOf(error)), used }
}

function versionsOf(used: readonly Reference[], read: ReadSecret): Record<string, string> {
  const versions: Record<string, string> = {}
  for (const reference of used) {
    const secret = read(reference)
    if (secret) versions[secretKey(reference)] = secret.version
  }
  return versions
}

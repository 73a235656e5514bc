import { messageOf } from '../../core/errors.ts'
import type { DeclaredFile, Output, OutputFile, ReadSecret, Target, TargetFile } from '../../core/output.ts'
import { hidden, type Piece } from '../../core/piece.ts'
import { type Reference, secretKey } from '../../core/reference.ts'

/** Where the secrets of a preview come from. */
export interface SecretSource {
  readonly read: ReadSecret
  /** Gets what can be had of these; afterwards `read` has it, or `failureOf` says why not. */
  obtain(references: readonly Reference[], signal: AbortSignal): Promise<void>
  failureOf(reference: Reference): Error
}

/** One file of an output, or one that a template declares beside it, rendered and not published. */
export interface Preview {
  readonly output: Target
  readonly file: TargetFile
  readonly path: string
  readonly outcome: Outcome
}

export type Outcome =
  | {
      readonly kind: 'rendered'
      readonly content: Uint8Array
      readonly pieces: readonly Piece[]
      readonly declared: readonly DeclaredFile[]
    }
  /** An optional secret does not exist, so that there is nothing to write. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly errors: readonly Error[] }

type Attempt = Outcome | { readonly kind: 'waiting'; readonly missing: readonly Reference[] }

/** Renders files as an agent would, asking for what they lack until nothing new is asked for. */
export async function previewOutputs(
  outputs: readonly Output[],
  source: SecretSource,
  signal: AbortSignal,
): Promise<Preview[]> {
  const files = outputs.flatMap(output => output.files.map(file => ({ output, file })))
  const asked = new Set<string>()
  const obtain = async (references: readonly Reference[]) => {
    const fresh = new Map(references.map(reference => [secretKey(reference), reference]))
    for (const key of asked) fresh.delete(key)
    for (const key of fresh.keys()) asked.add(key)
    if (fresh.size > 0) await source.obtain([...fresh.values()], signal)
    return fresh.size > 0
  }

  await obtain(files.flatMap(({ file }) => file.renderer.references))
  for (;;) {
    const attempts = files.map(({ file }) => attempt(file, source.read))
    const missing = attempts.flatMap(found => (found.kind === 'waiting' ? found.missing : []))
    if (await obtain(missing)) continue
    return files.flatMap(({ output, file }, index) => {
      const path = file.name === '' ? output.path : `${output.path}/${file.name}`
      const outcome = settled(attempts[index] ?? { kind: 'absent' }, source)
      const declared = outcome.kind === 'rendered' ? outcome.declared : []
      return [{ output, file, path, outcome }, ...declared.map(further => declaredPreview(further, file))]
    })
  }
}

function attempt({ renderer }: OutputFile, read: ReadSecret): Attempt {
  const pieces: Piece[] = []
  try {
    const rendered = renderer.render(read, piece => pieces.push(piece))
    if ('content' in rendered) {
      const { content, declared = [] } = rendered
      return { kind: 'rendered', pieces, declared, content: bytesOf(content) }
    }
    const missing = rendered.missing.filter(reference => read(reference) === undefined)
    return missing.length === 0 ? { kind: 'absent' } : { kind: 'waiting', missing }
  } catch (error) {
    return { kind: 'failed', errors: [error instanceof Error ? error : new Error(messageOf(error))] }
  }
}

/** Its content came through a function, so that nothing of it is known to be of the template. */
function declaredPreview({ path, mode, content, owner, group }: DeclaredFile, by: TargetFile): Preview {
  const file = { name: '', mode, owner: owner ?? by.owner, group: group ?? by.group }
  const pieces = [hidden('the content that writeToFile gets', content)]
  return {
    output: { path, kind: 'file', files: [file] },
    file,
    path,
    outcome: { kind: 'rendered', pieces, declared: [], content: bytesOf(content) },
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content
}

function settled(found: Attempt, source: SecretSource): Outcome {
  if (found.kind !== 'waiting') return found
  return { kind: 'failed', errors: found.missing.map(reference => source.failureOf(reference)) }
}

import { RenderError } from '../core/errors.ts'
import type { DeclaredFile, Output, OutputFile, Target, TargetFile } from '../core/output.ts'

/** A file that the template of another one declares. */
export interface Declaration {
  readonly by: OutputFile
  readonly declared: DeclaredFile
}

/** Where it goes. */
export type Placed<Place> = { readonly place: Place; readonly content: Uint8Array }

export interface PlacedDeclarations {
  /** In the output's directory, and so in its generation. */
  readonly inside: readonly Placed<TargetFile>[]
  /** Each a file output of its own, which stands or falls with this one. */
  readonly beside: readonly Placed<Target>[]
}

/** @throws RenderError where two files of the output declare the same one, or one of them would lie in another */
export function placeDeclared(output: Output, declarations: readonly Declaration[]): PlacedDeclarations {
  const inside: Placed<TargetFile>[] = []
  const beside: Placed<Target>[] = []
  const paths = new Set<string>()
  for (const { by, declared } of declarations) {
    const { path, mode } = declared
    refuseCollision(path, paths)
    paths.add(path)
    const { content: text } = declared
    const content = typeof text === 'string' ? Buffer.from(text) : text
    const access = { mode, owner: declared.owner ?? by.owner, group: declared.group ?? by.group }
    if (output.kind === 'directory' && path.startsWith(`${output.path}/`)) {
      inside.push({ place: { name: path.slice(output.path.length + 1), ...access }, content })
    } else {
      beside.push({ place: { path, kind: 'file', files: [{ name: '', ...access }] }, content })
    }
  }
  return { inside, beside }
}

function refuseCollision(path: string, paths: ReadonlySet<string>): void {
  for (const other of paths) {
    if (other !== path && !other.startsWith(`${path}/`) && !path.startsWith(`${other}/`)) continue
    const message =
      other === path
        ? `two templates of one output write "${path}"`
        : `"${path}" and "${other}" would lie in each other`
    throw new RenderError(message, { hint: 'give each file that writeToFile declares a path of its own' })
  }
}

import { RenderError } from '../core/errors.ts'
import type { Output } from '../core/output.ts'
import type { RenderResult } from './render-outputs.ts'

/** Which output has declared which further file: two must not write the same one. */
export interface Claims {
  /** What became of an output; a failure where it declares what another one has declared. */
  settle(output: Output, result: RenderResult): RenderResult
  /** Outputs that failed so, and that would not, if they were rendered now. */
  freed(): readonly Output[]
}

export function createClaims(): Claims {
  const holders = new Map<string, Output>()
  const held = new Map<Output, readonly string[]>()
  const refused = new Map<Output, readonly string[]>()
  const holderBeside = (path: string, output: Output) => {
    const holder = holders.get(path)
    return holder === output ? undefined : holder
  }

  return {
    settle(output, result) {
      refused.delete(output)
      // What is on disk stays as it is, and so does the claim to it.
      if (result.kind !== 'rendered') return result
      const paths = (result.rendered.further ?? []).map(further => further.output.path)
      for (const path of paths) {
        const holder = holderBeside(path, output)
        if (holder === undefined) continue
        refused.set(output, paths)
        const error = new RenderError(`"${path}" is written by the template of "${holder.path}" as well`, {
          hint: 'give each file that writeToFile declares a path of its own',
        })
        return { kind: 'failed', error, used: result.used }
      }
      for (const path of held.get(output) ?? []) holders.delete(path)
      for (const path of paths) holders.set(path, output)
      held.set(output, paths)
      return result
    },
    freed: () =>
      [...refused]
        .filter(([output, paths]) => paths.every(path => holderBeside(path, output) === undefined))
        .map(([output]) => output),
  }
}

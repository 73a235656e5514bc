import type { Output } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'

/** Which outputs use which secret, so that a change costs only the outputs it touches. */
export interface OutputIndex {
  /** In the order of the configuration. */
  touchedBy(keys: ReadonlySet<string>): readonly Output[]
  /**
   * Replaces what an output was known to use by what its latest rendering used, once that was complete; until then what
   * the latest complete one used counts too: a write that is forgotten would be made anew.
   */
  learn(output: Output, rendering: { used: readonly Reference[]; complete: boolean }): void
  usedBy(output: Output): ReadonlySet<string>
  isUsed(key: string): boolean
}

export function createOutputIndex(outputs: readonly Output[]): OutputIndex {
  const keysOf = new Map<Output, ReadonlySet<string>>()
  const completeOf = new Map<Output, readonly Reference[]>()
  const outputsOf = new Map<string, Set<Output>>()
  const order = new Map(outputs.map((output, position) => [output, position]))

  const index: OutputIndex = {
    touchedBy(keys) {
      const touched = new Set<Output>()
      for (const key of keys) for (const output of outputsOf.get(key) ?? []) touched.add(output)
      return [...touched].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
    },
    learn(output, { used, complete }) {
      const known = keysOf.get(output)
      const latest = completeOf.get(output) ?? []
      if (complete) completeOf.set(output, used)
      const references = complete ? used : [...latest, ...used]
      const keys = new Set(staticReferences(output).concat(references).map(secretKey))
      keysOf.set(output, keys)
      for (const key of keys) {
        if (known?.has(key)) continue
        const users = outputsOf.get(key) ?? new Set()
        outputsOf.set(key, users.add(output))
      }
      for (const key of known ?? []) if (!keys.has(key)) outputsOf.get(key)?.delete(output)
    },
    usedBy: output => keysOf.get(output) ?? new Set(),
    isUsed: key => (outputsOf.get(key)?.size ?? 0) > 0,
  }
  for (const output of outputs) index.learn(output, { used: [], complete: false })
  return index
}

/** What the files of an output name without being rendered. */
export function staticReferences(output: Output): Reference[] {
  return output.files.flatMap(file => file.renderer.references)
}

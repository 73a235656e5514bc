import type { Operand } from '../parse/nodes.ts'
import type { Value } from '../values/values.ts'

/** What the pipeline hands to its next command; `absent` for the first one. */
export type Final = Value | typeof absent
export const absent = Symbol('absent')

/** The arguments of a call. */
export interface CallArguments {
  /** What an error of the call is reported at. */
  readonly command: { readonly at: number }
  readonly operands: readonly Operand[]
  readonly final: Final
}

export function noArguments(command: { readonly at: number }): CallArguments {
  return { command, operands: [], final: absent }
}

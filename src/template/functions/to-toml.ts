import type { FunctionGroup } from '../template-function.ts'
import { toToml } from '../toml-text.ts'
import { trimSpace } from '../white-space.ts'
import { writtenSize } from '../written-size.ts'

/** consul-template's `toTOML`. */
export const tomlFunctions: FunctionGroup = {
  /** `{{ toTOML .tls }}` is lines of `key = value`, and a table for each map within. */
  toTOML: {
    parameters: ['any'],
    call: ([value], { budget }) => {
      budget.checkBytes(writtenSize(value))
      return trimSpace(toToml(value))
    },
  },
}

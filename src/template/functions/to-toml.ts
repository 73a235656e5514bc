import type { FunctionGroup } from '../template-function.ts'
import { toToml } from '../text/toml-text.ts'
import { trimSpace } from '../text/white-space.ts'
import { checkWritable } from '../values/written-size.ts'

/** consul-template's `toTOML`. */
export const tomlFunctions: FunctionGroup = {
  /** `{{ toTOML .tls }}` is lines of `key = value`, and a table for each map within. */
  toTOML: {
    parameters: ['any'],
    call: ([value], { budget }) => {
      checkWritable([value], budget)
      return trimSpace(toToml(value, budget))
    },
  },
}

import type { FunctionGroup } from '../template-function.ts'
import { trimSpace } from '../text/white-space.ts'
import { checkWritable } from '../values/written-size.ts'
import { toYaml } from '../yaml/to-yaml.ts'

/** consul-template's `toYAML`. */
export const yamlFunctions: FunctionGroup = {
  /** `{{ toYAML .tls }}` is lines of `key: value`. */
  toYAML: {
    parameters: ['any'],
    call: ([value], { budget }) => {
      checkWritable([value], budget, { indentBytes: 2 })
      return trimSpace(toYaml(value, budget))
    },
  },
}

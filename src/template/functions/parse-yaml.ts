import type { FunctionGroup } from '../template-function.ts'
import type { Value } from '../values/values.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'

/** consul-template's `parseYAML`. */
export const parseYamlFunctions: FunctionGroup = {
  /** `{{ (parseYAML "a: [1, yes]").a }}` is `[1 true]`: it reads YAML 1.1. */
  parseYAML: {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) =>
      text === '' ? new Map<string, Value>() : parseYaml(text, budget),
  },
}

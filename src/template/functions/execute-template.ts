import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import type { Value } from '../values/values.ts'

/** consul-template's `executeTemplate`. */
export const executeTemplateFunctions: FunctionGroup = {
  /** `{{ define "t" }}<{{ . }}>{{ end }}{{ executeTemplate "t" "a" | toUpper }}` is `<A>`. */
  executeTemplate: {
    parameters: ['string'],
    variadic: 'any',
    call: ([name, ...dots]: readonly [string, ...Value[]], pass) => {
      if (dots.length > 1) throw new RenderError(`it takes 1 or 2 arguments, not ${dots.length + 1}`)
      return pass.executeTemplate?.(name, dots[0] ?? undefined)
    },
  },
}

import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import { isTrue, type Value } from '../values/values.ts'

/** Go's `and`, `or`, `not` and `call`. */
export const logicFunctions: FunctionGroup = {
  and: { parameters: ['any'], variadic: 'any', stopsAt: false, call: args => args.at(-1) },
  or: { parameters: ['any'], variadic: 'any', stopsAt: true, call: args => args.at(-1) },
  not: { parameters: ['any'], call: ([value]) => !isTrue(value) },
  call: { parameters: ['any'], variadic: 'any', call: refuseCall },
}

/** No value of a template is a function. */
function refuseCall([value]: readonly Value[]): Value {
  throw new RenderError(value === null ? 'nil is not a function' : 'the value is not a function')
}

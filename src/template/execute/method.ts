import type { Value } from '../values/values.ts'
import type { ParameterType } from './parameter-type.ts'
import type { Pass } from './pass.ts'

/** A method of a struct; it is called like a function of the language. */
export interface Method {
  readonly parameters: readonly ParameterType[]
  readonly variadic?: ParameterType
  /** @throws RenderError without a position; never with a value */
  call(args: readonly Value[], pass: Pass): Value
}

import type { ParameterType } from './execute/parameter-type.ts'
import type { Pass } from './execute/pass.ts'
import type { Value } from './values/values.ts'

/**
 * A function of the language. Before it is called, arguments are checked against `parameters` (and `variadic` for what
 * follows them), so `call` may name their JS types.
 */
export interface TemplateFunction {
  readonly parameters: readonly ParameterType[]
  readonly variadic?: ParameterType
  /** `and` and `or`: answers the first argument whose truth is this and evaluates no further; else the last. */
  readonly stopsAt?: boolean
  /**
   * An `any` argument that is nil arrives as null.
   * @throws RenderError without a position, which the evaluator adds; never with a value
   */
  call(args: readonly Value[], pass: Pass): Value
}

/** The functions of one file of functions/, by name. */
export type FunctionGroup = Readonly<Record<string, TemplateFunction>>

import { RenderError } from '../../../core/errors.ts'
import { LimitError } from '../../limits.ts'

/** What stands for the result of a function that fails, as sprig's do that have a `must` twin. */
export function tolerant<Result>(call: () => Result, otherwise: Result): Result {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof RenderError) || error instanceof LimitError) throw error
    return otherwise
  }
}

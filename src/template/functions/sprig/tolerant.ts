import { RenderError } from '../../../core/errors.ts'
import { type Budget, LimitError } from '../../limits.ts'

/** An error takes as long as so many steps. */
export const stepsPerError = 20

interface Tolerant<Result> {
  call(): Result
  readonly otherwise: Result
}

/** What stands for the result of a function that fails, as sprig's do that have a `must` twin. */
export function tolerant<Result>({ call, otherwise }: Tolerant<Result>, budget: Budget): Result {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof RenderError) || error instanceof LimitError) throw error
    budget.takeSteps(stepsPerError)
    return otherwise
  }
}

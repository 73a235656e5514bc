import { ConfigurationError } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'

/** A configuration with mistakes, all of which are in `problems`. */
export class InvalidConfiguration extends ConfigurationError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super('the configuration cannot be used')
    this.problems = problems
  }
}

import { sprint, sprintln } from '../print.ts'
import { sprintf } from '../printf.ts'
import type { FunctionGroup } from '../template-function.ts'
import type { Value } from '../values.ts'

/** Go's `print`, `printf` and `println`. */
export const printFunctions: FunctionGroup = {
  print: { parameters: [], variadic: 'any', call: sprint },
  println: { parameters: [], variadic: 'any', call: sprintln },
  printf: {
    parameters: ['string'],
    variadic: 'any',
    call: ([format, ...args]: readonly [string, ...Value[]]) => sprintf(format, args),
  },
}

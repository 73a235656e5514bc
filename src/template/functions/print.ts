import type { Pass } from '../pass.ts'
import { sprint, sprintln } from '../print.ts'
import { sprintf } from '../printf.ts'
import type { FunctionGroup } from '../template-function.ts'
import type { Value } from '../values.ts'
import { checkWritable } from '../written-size.ts'

/** Go's `print`, `printf` and `println`. */
export const printFunctions: FunctionGroup = {
  print: { parameters: [], variadic: 'any', call: (args, pass) => sprint(writable(args, pass)) },
  println: { parameters: [], variadic: 'any', call: (args, pass) => sprintln(writable(args, pass)) },
  printf: {
    parameters: ['string'],
    variadic: 'any',
    call: ([format, ...args]: readonly [string, ...Value[]], pass) => sprintf(format, args, pass.budget),
  },
}

function writable(args: readonly Value[], { budget }: Pass): readonly Value[] {
  checkWritable(args, budget)
  return args
}

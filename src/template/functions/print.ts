import type { Pass } from '../execute/pass.ts'
import { sprint, sprintln } from '../print/print.ts'
import { sprintf } from '../print/printf.ts'
import type { FunctionGroup } from '../template-function.ts'
import type { Value } from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'

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

import { compareFunctions } from './functions/compare.ts'
import { containerFunctions } from './functions/containers.ts'
import { escapeFunctions } from './functions/escape.ts'
import { logicFunctions } from './functions/logic.ts'
import { printFunctions } from './functions/print.ts'
import { secretFunctions } from './functions/secret.ts'
import type { FunctionGroup, TemplateFunction } from './template-function.ts'

export interface FunctionLookup {
  find(name: string): TemplateFunction | undefined
  names(): readonly string[]
}

/** A new group of functions is one file in functions/ and one line here. */
const groups: readonly FunctionGroup[] = [
  logicFunctions,
  compareFunctions,
  containerFunctions,
  printFunctions,
  escapeFunctions,
  secretFunctions,
]

/** All functions that a template may call. */
export const templateFunctions: FunctionLookup = {
  find(name) {
    const group = groups.find(candidate => Object.hasOwn(candidate, name))
    return group?.[name]
  },
  names: () => groups.flatMap(group => Object.keys(group)),
}

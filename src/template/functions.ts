import { compareFunctions } from './functions/compare.ts'
import { containerFunctions } from './functions/containers.ts'
import { escapeFunctions } from './functions/escape.ts'
import { logicFunctions } from './functions/logic.ts'
import { printFunctions } from './functions/print.ts'
import { secretFunctions } from './functions/secret.ts'
import type { FunctionGroup, TemplateFunction } from './template-function.ts'

/** Which functions there are, for parsing. */
export interface FunctionLookup {
  has(name: string): boolean
  names(): readonly string[]
}

interface GroupEntry {
  /** All that the group has; a test holds them equal. */
  readonly names: readonly string[]
  load(): Promise<FunctionGroup>
}

/**
 * A new group of functions is one file in functions/ and one entry here. What not every template calls is loaded for
 * those that do.
 */
export const functionGroups: readonly GroupEntry[] = [
  loaded(logicFunctions),
  loaded(compareFunctions),
  loaded(containerFunctions),
  loaded(printFunctions),
  loaded(escapeFunctions),
  loaded(secretFunctions),
]

const groupsByName: ReadonlyMap<string, GroupEntry> = new Map(
  functionGroups.flatMap(group => group.names.map(name => [name, group] as const)),
)

/** All functions that a template may call. */
export const templateFunctions: FunctionLookup = {
  has: name => groupsByName.has(name),
  names: () => [...groupsByName.keys()],
}

/** The functions of these names, all of which `templateFunctions` has. */
export async function loadFunctions(names: Iterable<string>): Promise<ReadonlyMap<string, TemplateFunction>> {
  const functions = new Map<string, TemplateFunction>()
  for (const name of names) {
    const group = await groupsByName.get(name)?.load()
    const found = group?.[name]
    if (found !== undefined) functions.set(name, found)
  }
  return functions
}

function loaded(group: FunctionGroup): GroupEntry {
  return { names: Object.keys(group), load: () => Promise.resolve(group) }
}

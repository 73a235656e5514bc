import { base64Functions } from './functions/base64.ts'
import { caseFunctions } from './functions/case.ts'
import { compareFunctions } from './functions/compare.ts'
import { consulFunctions } from './functions/consul.ts'
import { containerFunctions } from './functions/containers.ts'
import { digestFunctions } from './functions/digest.ts'
import { escapeFunctions } from './functions/escape.ts'
import { executeTemplateFunctions } from './functions/execute-template.ts'
import { logicFunctions } from './functions/logic.ts'
import { loopFunctions } from './functions/loop.ts'
import { mapFunctions } from './functions/maps.ts'
import { mathFunctions } from './functions/math.ts'
import { parseJsonFunctions } from './functions/parse-json.ts'
import { parseScalarFunctions } from './functions/parse-scalar.ts'
import { printFunctions } from './functions/print.ts'
import { refusedFunctions } from './functions/refused.ts'
import { scratchFunctions } from './functions/scratch.ts'
import { searchFunctions } from './functions/search.ts'
import { secretFunctions } from './functions/secret.ts'
import { sprigGroups } from './functions/sprig/groups.ts'
import { refusedSprigFunctions } from './functions/sprig/refused.ts'
import { textFunctions } from './functions/text.ts'
import { jsonFunctions } from './functions/to-json.ts'
import { outsideFunctions } from './outside.ts'
import type { FunctionGroup, TemplateFunction } from './template-function.ts'

/** Which functions there are, for parsing. */
export interface FunctionLookup {
  has(name: string): boolean
  names(): readonly string[]
  /** Why a function that consul-template has cannot be called here. */
  refusal?(name: string): Refusal | undefined
}

export interface Refusal {
  /** The end of "it is refused because ...". */
  readonly because: string
  readonly hint?: string | undefined
}

export interface GroupEntry {
  /** All that the group has; a test holds them equal. */
  readonly names: readonly string[]
  load(): Promise<FunctionGroup>
}

const outsideGroups: readonly GroupEntry[] = [
  {
    names: ['env', 'mustEnv', 'envOrDefault'],
    load: async () => (await import('./functions/environment.ts')).environmentFunctions,
  },
  { names: ['file'], load: async () => (await import('./functions/file.ts')).fileFunctions },
  { names: ['timestamp'], load: async () => (await import('./functions/timestamp.ts')).timestampFunctions },
  {
    names: ['writeToFile'],
    load: async () => (await import('./functions/write-to-file.ts')).writeToFileFunctions,
  },
]

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
  loaded(textFunctions),
  loaded(caseFunctions),
  loaded(base64Functions),
  loaded(digestFunctions),
  loaded(searchFunctions),
  loaded(mapFunctions),
  loaded(consulFunctions),
  loaded(parseScalarFunctions),
  loaded(parseJsonFunctions),
  loaded(jsonFunctions),
  loaded(mathFunctions),
  loaded(loopFunctions),
  loaded(scratchFunctions),
  loaded(executeTemplateFunctions),
  {
    names: ['regexMatch', 'regexReplaceAll'],
    load: async () => (await import('./functions/regex.ts')).regexFunctions,
  },
  ...sprigGroups,
  ...outsideGroups,
  { names: ['parseYAML'], load: async () => (await import('./functions/parse-yaml.ts')).parseYamlFunctions },
  { names: ['toYAML'], load: async () => (await import('./functions/to-yaml.ts')).yamlFunctions },
  {
    names: ['spew_sdump', 'spew_sprintf', 'spew_dump', 'spew_printf'],
    load: async () => (await import('./functions/spew.ts')).spewFunctions,
  },
  { names: ['toTOML'], load: async () => (await import('./functions/to-toml.ts')).tomlFunctions },
]

const groupsByName: ReadonlyMap<string, GroupEntry> = new Map(
  functionGroups.flatMap(group => group.names.map(name => [name, group] as const)),
)

/** The functions that a template may call where the configuration allows none that reaches outside. */
export const templateFunctions: FunctionLookup = functionsAllowing([])

/** All functions, of those that reach outside only the ones that are named. */
export function functionsAllowing(allow: readonly string[]): FunctionLookup {
  const isAllowed = (name: string) => !outsideFunctions.has(name) || allow.includes(name)
  return {
    has: name => groupsByName.has(name) && isAllowed(name),
    names: () => [...groupsByName.keys()].filter(isAllowed),
    refusal(name) {
      const because = refusedSprigFunctions.get(name) ?? refusedFunctions.get(name)
      return because === undefined ? outsideFunctions.get(name) : { because }
    },
  }
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

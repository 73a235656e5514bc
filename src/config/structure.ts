import type { Problem } from '../core/problem.ts'
import { type Data, isData, valueAt } from './data.ts'
import { describeIssue } from './describe-issue.ts'
import { type Flaw, findFlaws } from './flaws.ts'
import { type ConfigurationInput, configurationSchema } from './schema/configuration.ts'
import type { ConfigurationSource, DataPath } from './source.ts'

export interface Structure {
  /** What fits the schema, without what does not; undefined where nothing is left to look at. */
  readonly input: ConfigurationInput | undefined
  /** The place in the document of each entry of `input.reload`. */
  readonly reloadIndexes: readonly number[]
  readonly problems: readonly Problem[]
}

/** Holds the data against the schema. What fits is handed on beside the problems, so that it can be checked further. */
export function checkStructure(source: ConfigurationSource): Structure {
  const data = withProviderTypes(source.data)
  const reloadIndexes = reloadOf(data).map((_, index) => index)
  const result = parse(data)
  if (result.success) return { input: result.data, reloadIndexes, problems: [] }
  const flaws = findFlaws(result.error.issues, data)
  const problems = flaws.map(({ path, at, message, hint, missing }) => {
    const place = source.place(path, at)
    // Who sets options and variables does not know the key.
    return { ...place, message: missing && place.option !== undefined ? 'not set' : message, hint }
  })
  return { ...salvage(data, flaws, reloadIndexes), problems }
}

/** A provider's type is its name, unless it says otherwise. */
function withProviderTypes(data: unknown): unknown {
  const written = valueAt(data, ['providers'])
  if (!isData(data) || !isData(written)) return data
  const providers = Object.entries(written).map(([name, provider]) => {
    // A provider without settings, such as "file:" with nothing behind it, is one too.
    const settings = provider ?? {}
    return [name, isData(settings) && settings.type === undefined ? { type: name, ...settings } : settings]
  })
  return { ...data, providers: Object.fromEntries(providers) }
}

function parse(data: unknown) {
  return configurationSchema.safeParse(data, { error: describeIssue })
}

/** What is left without keys that mean nothing, and without the entries that have other flaws. */
function salvage(
  data: unknown,
  flaws: readonly Flaw[],
  reloadIndexes: readonly number[],
): Pick<Structure, 'input' | 'reloadIndexes'> {
  if (!isData(data)) return { input: undefined, reloadIndexes: [] }
  const copy = structuredClone(data)
  const brokenReload = new Set<unknown>()
  for (const { path, stray } of flaws) {
    if (path[0] === 'reload' && path.length > 1 && !stray) brokenReload.add(path[1])
    else remove(copy, stray ? path : path.slice(0, 2))
  }
  const whole = (_: unknown, index: number) => !brokenReload.has(index)
  const indexes = reloadIndexes.filter(whole)
  const rest: Data = { outputs: {}, ...copy }
  if (brokenReload.size > 0) rest.reload = reloadOf(copy).filter(whole)
  const result = parse(rest)
  if (result.success) return { input: result.data, reloadIndexes: indexes }
  // An entry may miss something only now that its unknown key is gone; its problem is known, so it is dropped quietly.
  return salvage(rest, findFlaws(result.error.issues, rest), indexes)
}

function remove(data: unknown, path: DataPath): void {
  const parent = valueAt(data, path.slice(0, -1))
  const key = path.at(-1)
  if (isData(parent) && key !== undefined) delete parent[key]
}

function reloadOf(data: unknown): readonly unknown[] {
  const reload = valueAt(data, ['reload'])
  return Array.isArray(reload) ? reload : []
}

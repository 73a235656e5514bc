import { inOrder, type Problem } from '../core/problem.ts'
import { type ConfigurationPorts, createResolution } from './resolve/resolution.ts'
import { resolve } from './resolve/resolve.ts'
import type { ResolvedConfiguration } from './resolved.ts'
import type { ConfigurationSource } from './source.ts'
import { checkStructure } from './structure.ts'

export interface LoadRequest {
  readonly source: ConfigurationSource
  /** For the proxy variables. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly ports: ConfigurationPorts
}

export type LoadResult =
  | { readonly configuration: ResolvedConfiguration; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }

/**
 * Checks a configuration and resolves it, offline. Either it is whole, or every mistake in it is among the problems, in the
 * order of the text. Reads templates, and nothing of what credentials' files hold. Never throws for what a user wrote.
 */
export function loadConfiguration({ source, environment, ports }: LoadRequest): LoadResult {
  if (source.data === undefined && source.problems.length > 0) {
    return { problems: inOrder(source.problems), warnings: [] }
  }
  const { input, reloadIndexes, problems: misfits } = checkStructure(source)
  if (input === undefined) return { problems: inOrder([...source.problems, ...misfits]), warnings: [] }
  const resolution = createResolution({ input, source, ports, environment })
  const configuration = resolve(resolution, reloadIndexes)
  const problems = inOrder([...source.problems, ...misfits, ...resolution.problems])
  const warnings = inOrder(distinct(resolution.warnings))
  return problems.length === 0 ? { configuration, warnings } : { problems, warnings }
}

/** One default owner makes one warning, however many files have it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map(problem => [JSON.stringify(problem), problem])).values()]
}

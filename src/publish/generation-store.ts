import { basename, dirname, join } from 'node:path'
import type { Clock, Journal } from '../core/ports.ts'
import { removeTree } from './directories.ts'
import { publishFailure } from './publish-failure.ts'
import type { State } from './state.ts'
import { generationLabel, type Workspace } from './workspace.ts'

/** Keeps earlier generations of directory outputs for a while. */
export interface GenerationStore {
  /** Retires all generations of these outputs but the ones that they show now. */
  retireEarlier(paths: readonly string[]): void
  /** Removes what was retired long enough ago; answers in how many milliseconds to come again, if anything stays. */
  collect(): number | undefined
}

/** For readers that have opened a generation and read its files one by one. */
const keepMs = 60_000

/** By path, the Clock.uptime() from which on a generation was shown no more. */
export type Retired = Map<string, number>

interface Surroundings {
  readonly workspace: Workspace
  /** What is known already; kept up to date. */
  readonly retired: Retired
  readonly clock: Clock
  readonly journal: Journal
}

/** Takes over the generations that are there. Those of outputs that `state` does not know may still be shown, and stay. */
export function createGenerationStore(surroundings: Surroundings, { outputs }: State): GenerationStore {
  const { workspace, retired, clock, journal } = surroundings
  const { fileSystem, generations } = workspace
  /** Outputs whose earlier generations are still to be found. */
  const changed = new Set<string>()

  const attempt = (what: string, act: () => void) => {
    try {
      act()
      return true
    } catch (error) {
      journal.record('warn', 'generation_not_removed', publishFailure(what, error).message)
      return false
    }
  }

  const findEarlier = () => {
    if (changed.size === 0) return
    attempt('earlier generations cannot be found', () => {
      const byLabel = Map.groupBy(fileSystem.readDirectory(generations), name => name.split('-')[0])
      for (const path of changed) {
        const names = byLabel.get(generationLabel(path)) ?? []
        const shown = names.length === 0 ? undefined : linkedName(path, workspace)
        for (const name of names) {
          const generation = join(generations, name)
          if (name !== shown && !retired.has(generation)) retired.set(generation, clock.uptime())
        }
        changed.delete(path)
      }
    })
  }

  const store: GenerationStore = {
    retireEarlier(paths) {
      for (const path of paths) changed.add(path)
      findEarlier()
    },
    collect() {
      findEarlier()
      const now = clock.uptime()
      for (const [generation, since] of retired) {
        if (now - since < keepMs) continue
        const remove = () => removeTree(fileSystem, generation)
        if (attempt(`generation "${basename(generation)}" cannot be removed`, remove))
          retired.delete(generation)
        else retired.set(generation, now)
      }
      const since = changed.size > 0 ? [...retired.values(), now] : [...retired.values()]
      return since.length === 0 ? undefined : Math.min(...since) + keepMs - now
    },
  }
  // Of another state directory, which is not ours any more.
  for (const generation of retired.keys()) if (dirname(generation) !== generations) retired.delete(generation)
  store.retireEarlier([...outputs.keys()])
  return store
}

/** The link itself is asked, for somebody may have changed it: what it leads to is shown until the output is published again. */
function linkedName(path: string, { fileSystem }: Workspace): string | undefined {
  return fileSystem.lstat(path)?.kind === 'symlink' ? basename(fileSystem.readLink(path)) : undefined
}

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { prepareDirectory, type TargetRules } from './check-target.ts'
import { removeTree, setDirectoryMode } from './directories.ts'
import { isSystemError } from './publish-failure.ts'

/** The agent's own directories; all are on the file system of the outputs, so that a rename puts a file in place. */
export interface Workspace extends TargetRules {
  readonly stateDirectory: string
  /** Mode 0700: what is not finished cannot be reached. */
  readonly staging: string
  /** Mode 0711: links of directory outputs lead through it. */
  readonly generations: string
  /** The file system that all of it is on. */
  readonly device: string
  /** For a name in `staging` or `generations` that is not in use. */
  nextNumber(): number
  /** Paths of what could not be removed yet. */
  readonly litter: Set<string>
}

/**
 * Makes the directories, or checks those that are there.
 * @throws PublishError where somebody else could change them, or they are not on tmpfs
 */
export function openWorkspace(stateDirectory: string, rules: TargetRules): Workspace {
  const staging = join(stateDirectory, 'staging')
  const generations = join(stateDirectory, 'generations')
  const { device } = prepareDirectory(stateDirectory, rules)
  for (const [path, mode] of [
    [stateDirectory, 0o711],
    [staging, 0o700],
    [generations, 0o711],
  ] as const) {
    prepareDirectory(path, rules, mode)
    setDirectoryMode(rules.fileSystem, path, mode)
  }
  // Numbers go on after those of the agents before us: a reader may still have one of their generations open.
  let last = Math.max(0, ...rules.fileSystem.readDirectory(generations).map(numberOf))
  return {
    ...rules,
    stateDirectory,
    staging,
    generations,
    device,
    litter: new Set(),
    nextNumber() {
      last += 1
      return last
    },
  }
}

/** Removes what was staged under this name, at once or in a later sweep. */
export function discardStaged(workspace: Workspace, name: string): void {
  const { staging, generations, litter } = workspace
  for (const path of [join(staging, name), join(staging, linkName(name)), join(generations, name)]) {
    litter.add(path)
  }
  sweep(workspace)
}

/** Removes litter as far as the disk lets it. */
export function sweep({ fileSystem, litter }: Workspace): void {
  for (const path of litter) {
    try {
      removeTree(fileSystem, path)
      litter.delete(path)
    } catch (error) {
      if (!isSystemError(error)) throw error
    }
  }
}

/** The name of the link that is about to be renamed over a directory output's path. */
export function linkName(name: string): string {
  return `${name}.link`
}

/** Begins the names of all generations of one output. */
export function generationLabel(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12)
}

function numberOf(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 0)
}

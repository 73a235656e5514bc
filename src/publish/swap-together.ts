import { dirname } from 'node:path'
import type { Journal, PublishFailure } from '../core/ports.ts'
import { syncDirectory } from './directories.ts'
import { outputOf } from './members.ts'
import { isSystemError, publishFailure } from './publish-failure.ts'
import type { Ready, State } from './state.ts'
import { removeOutput, swapIn } from './swap.ts'
import { discardStaged, type Workspace } from './workspace.ts'

interface SwapOptions {
  readonly workspace: Workspace
  readonly journal: Journal
  readonly allOrNothing: boolean
  /** What was in place until now. */
  readonly before: State
}

/**
 * Swaps all in, one rename after the other with nothing between them. One that fails keeps its earlier content, and so does
 * what follows of the same output; with `allOrNothing` those that had none disappear again.
 */
export function swapTogether(
  swaps: readonly Ready[],
  { workspace, journal, allOrNothing, before }: SwapOptions,
): { swapped: readonly Ready[]; failures: readonly PublishFailure[] } {
  const swapped: Ready[] = []
  const failures: PublishFailure[] = []
  const failed = new Set<string>()
  for (const swap of swaps) {
    const output = outputOf(swap)
    if (failed.has(output)) {
      discardStaged(workspace, swap.entry.name)
      continue
    }
    try {
      swapIn(workspace, swap.path, swap.entry)
      swapped.push(swap)
    } catch (error) {
      discardStaged(workspace, swap.entry.name)
      failed.add(output)
      failures.push({
        path: output,
        error: publishFailure(`"${swap.path}" cannot be put in place`, error),
      })
    }
  }
  const stays =
    allOrNothing && failures.length > 0 ? swapped.filter(swap => !tookBack(swap, workspace, before)) : swapped
  syncParents(stays, workspace, journal)
  return { swapped: stays, failures }
}

/** What replaced something stays, for that is gone. */
function tookBack({ path, entry }: Ready, workspace: Workspace, before: State): boolean {
  if (before.outputs.get(path)?.current !== undefined) return false
  try {
    removeOutput(workspace, path, entry)
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
  discardStaged(workspace, entry.name)
  return true
}

/** Only a loss of power could undo a rename that is not flushed, and then the state tells. */
function syncParents(
  swaps: readonly Ready[],
  { fileSystem, generations }: Workspace,
  journal: Journal,
): void {
  const parents = new Set(swaps.map(({ path }) => dirname(path)))
  if (swaps.some(({ entry }) => entry.kind === 'directory')) parents.add(generations)
  for (const parent of parents) {
    try {
      syncDirectory(fileSystem, parent)
    } catch (error) {
      const { message } = publishFailure(`"${parent}" cannot be flushed`, error)
      journal.record('warn', 'directory_not_flushed', message)
    }
  }
}

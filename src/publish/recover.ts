import { dirname, join } from 'node:path'
import type { Clock, Journal } from '../core/ports.ts'
import { prepareDirectory } from './check-target.ts'
import { removeTree } from './directories.ts'
import { isSystemError } from './publish-failure.ts'
import { type Entry, emptyState, type OutputRecord, readState, type State } from './state.ts'
import { finishSwap, isInPlace } from './swap.ts'
import type { Workspace } from './workspace.ts'

export interface Recovery {
  readonly workspace: Workspace
  readonly clock: Clock
  readonly journal: Journal
  /** What must stay in `staging`. */
  readonly lockName: string
}

/**
 * Takes over what the agent before us left. A swap that was begun is finished, for its whole content is there, validated and
 * owed; what is in place is then told by its files, and what is neither the old nor the new counts as unknown. The rest
 * of `staging` is litter.
 * @throws system errors
 */
export function recover({ workspace, clock, journal, lockName }: Recovery): State {
  const { fileSystem, staging } = workspace
  const stored = readStateOrWarn(workspace, journal)
  const outputs = new Map<string, OutputRecord>()
  for (const [path, record] of stored.outputs) {
    if (record.next !== undefined) finishOrWarn(workspace, path, record.next, journal)
    outputs.set(path, { current: entryInPlace(workspace, path, record) })
    if (record.current !== undefined && outputs.get(path)?.current === undefined) {
      journal.record('warn', 'output_changed', `${path} is not as it was published`, { output: path })
    }
  }
  for (const name of fileSystem.readDirectory(staging)) {
    if (name !== lockName) removeTree(fileSystem, join(staging, name))
  }
  // When the swap took place is not known: everybody who started before now may have read what was there before it.
  const uptime = clock.uptime()
  const debts = stored.debts.map(({ notifier, publication }) => ({
    notifier,
    publication:
      publication.id === stored.pending ? { ...publication, publishedUptimeMs: uptime } : publication,
  }))
  return { ...stored, outputs, debts, pending: undefined }
}

function readStateOrWarn(workspace: Workspace, journal: Journal): State {
  try {
    return readState(workspace) ?? emptyState()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const message = 'the state cannot be understood; everything is published and told anew'
    journal.record('warn', 'state_unreadable', message)
    return emptyState()
  }
}

function finishOrWarn(workspace: Workspace, path: string, entry: Entry, journal: Journal): void {
  try {
    prepareDirectory(dirname(path), workspace)
    finishSwap(workspace, path, entry)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    journal.record('warn', 'swap_not_finished', `${path}: ${error.message}`, { output: path })
  }
}

/** What cannot be looked at now is taken for what it was to be; publishing and removing look again. */
function entryInPlace(workspace: Workspace, path: string, record: OutputRecord): Entry | undefined {
  try {
    return [record.next, record.current].find(
      entry => entry !== undefined && isInPlace(workspace, path, entry),
    )
  } catch (error) {
    if (!isSystemError(error)) throw error
    return record.next ?? record.current
  }
}

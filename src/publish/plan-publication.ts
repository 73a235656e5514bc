import { randomUUID } from 'node:crypto'
import type { Clock, Publication, PublishedOutput } from '../core/ports.ts'
import type { Ready, State } from './state.ts'
import type { Workspace } from './workspace.ts'

interface Surroundings {
  readonly workspace: Workspace
  readonly clock: Clock
  readonly before: State
}

/** What will be published once all of `ready` is swapped in. */
export function planPublication(
  ready: readonly Ready[],
  { workspace, clock, before }: Surroundings,
): Publication {
  return {
    id: randomUUID(),
    publishedAt: clock.now(),
    publishedUptimeMs: clock.uptime(),
    outputs: ready.map(one => describe(one, before, workspace)),
  }
}

function describe({ path, entry }: Ready, before: State, { fileSystem }: Workspace): PublishedOutput {
  const record = before.outputs.get(path)
  // The earlier owners too: it is their processes that have read the earlier files.
  const owners = [...(record?.current?.files ?? []), ...entry.files].map(({ owner }) => owner)
  return {
    path,
    owners: [...new Set(owners)],
    versions: entry.versions,
    first: record === undefined && fileSystem.lstat(path) === undefined,
  }
}

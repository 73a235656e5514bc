import { randomUUID } from 'node:crypto'
import type { Clock, Publication, PublishedOutput } from '../core/ports.ts'
import { outputOf } from './members.ts'
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
    outputs: [...Map.groupBy(ready, outputOf)].map(([path, members]) => ({
      ...merged(members.map(member => describe(member, before, workspace))),
      path,
    })),
  }
}

/** What an output declares is told as a part of it. Its members have come from the same secrets. */
function merged(members: readonly Omit<PublishedOutput, 'path'>[]): Omit<PublishedOutput, 'path'> {
  return {
    owners: [...new Set(members.flatMap(({ owners }) => owners))],
    versions: members.at(-1)?.versions ?? {},
    first: members.every(({ first }) => first),
  }
}

function describe(
  { path, entry }: Ready,
  before: State,
  { fileSystem }: Workspace,
): Omit<PublishedOutput, 'path'> {
  const record = before.outputs.get(path)
  // The earlier owners too: it is their processes that have read the earlier files.
  const owners = [...(record?.current?.files ?? []), ...entry.files].map(({ owner }) => owner)
  return {
    owners,
    versions: entry.versions,
    first: record === undefined && fileSystem.lstat(path) === undefined,
  }
}

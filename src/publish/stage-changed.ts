import type { RenderedOutput } from '../core/output.ts'
import type { Clock, PublishFailure } from '../core/ports.ts'
import { prepareTarget } from './check-target.ts'
import { membersOf } from './members.ts'
import { publishFailure } from './publish-failure.ts'
import { stageOutput } from './stage-output.ts'
import { digestOf, type Entry, type Ready, type State } from './state.ts'
import { isInPlace } from './swap.ts'
import { discardStaged, type Workspace } from './workspace.ts'

interface Surroundings {
  readonly workspace: Workspace
  readonly clock: Clock
  readonly state: State
}

/** Programs that validate run side by side, so that one that hangs does not add its timeout to that of others. */
const stagedAtOnce = 4

/**
 * Stages each output that is not in place already with these bytes, owners and modes. One that fails harms no other, but
 * falls with all that it declares.
 * Ends soon after the signal is aborted; what is ready then is for the caller to discard.
 */
export async function stageChanged(
  outputs: readonly RenderedOutput[],
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<{ ready: readonly Ready[]; failures: readonly PublishFailure[] }> {
  const ready: Ready[] = []
  const failures: PublishFailure[] = []
  const waiting = outputs.values()
  const stageWaiting = async () => {
    for (const rendered of waiting) {
      const staged = await stageMembers(rendered, surroundings, signal)
      if ('error' in staged) failures.push({ path: rendered.output.path, error: staged.error })
      else ready.push(...staged.ready)
    }
  }
  await Promise.all(Array.from({ length: stagedAtOnce }, stageWaiting))
  return { ready, failures }
}

async function stageMembers(
  rendered: RenderedOutput,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<{ ready: readonly Ready[] } | { error: Error }> {
  const ready: Ready[] = []
  for (const member of membersOf(rendered)) {
    const { path } = member.output
    const of = member === rendered ? undefined : rendered.output.path
    try {
      const entry = await stageIfChanged({ rendered: member, of }, surroundings, signal)
      if (entry !== undefined) ready.push({ path, entry })
    } catch (error) {
      for (const { entry } of ready) discardStaged(surroundings.workspace, entry.name)
      return { error: publishFailure(`"${path}" cannot be published`, error) }
    }
  }
  return { ready }
}

async function stageIfChanged(
  { rendered, of }: { readonly rendered: RenderedOutput; readonly of: string | undefined },
  { workspace, clock, state }: Surroundings,
  signal: AbortSignal,
): Promise<Entry | undefined> {
  const { output, versions } = rendered
  const digest = digestOf(rendered, state)
  const current = state.outputs.get(output.path)?.current
  if (current?.digest === digest && current.of === of && isInPlace(workspace, output.path, current))
    return undefined
  prepareTarget(output, workspace, workspace)
  const staged = await stageOutput(rendered, workspace, signal)
  return { ...staged, kind: output.kind, of, digest, versions, publishedAt: clock.now() }
}

import type { Publication, PublishedOutput } from '../core/ports.ts'

/** The outputs of a publication that a notifier is for: those of its `on`, or all. */
export function concernedOutputs(
  publication: Publication,
  on: readonly string[] | undefined,
): readonly PublishedOutput[] {
  return publication.outputs.filter(({ path }) => on === undefined || on.includes(path))
}

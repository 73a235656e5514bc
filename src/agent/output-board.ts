import type { Output, RenderedOutput } from '../core/output.ts'
import type { PublishFailure } from '../core/ports.ts'
import type { RenderResult } from './render-outputs.ts'

/** Where each output stands between its secrets and the disk. */
export interface OutputBoard {
  place(output: Output, result: RenderResult): void
  /** Rendered, and not on disk yet. */
  toPublish(): readonly RenderedOutput[]
  /** Takes what was published off; what failed stays. */
  published(outputs: readonly RenderedOutput[], failures: readonly PublishFailure[]): void
  /** Nothing is waited for: every output is rendered, or needs an optional secret that does not exist. */
  complete(): boolean
  errorOf(output: Pick<Output, 'path'>): Error | undefined
}

interface Place {
  result: RenderResult | undefined
  toPublish: RenderedOutput | undefined
  publishError: Error | undefined
}

export function createOutputBoard(outputs: readonly Output[]): OutputBoard {
  const places = new Map<string, Place>(
    outputs.map(output => [
      output.path,
      { result: undefined, toPublish: undefined, publishError: undefined },
    ]),
  )
  const unfinished = new Set(places.keys())
  const pending = new Set<string>()

  return {
    place({ path }, result) {
      const place = places.get(path)
      if (place === undefined) return
      place.result = result
      if (result.kind === 'absent') {
        place.toPublish = undefined
        pending.delete(path)
      }
      if (result.kind === 'rendered') {
        place.toPublish = result.rendered
        pending.add(path)
      }
      if (result.kind === 'rendered' || result.kind === 'absent') unfinished.delete(path)
      else unfinished.add(path)
    },
    toPublish: () => [...pending].flatMap(path => places.get(path)?.toPublish ?? []),
    published(rendered, failures) {
      const errors = new Map(failures.map(({ path, error }) => [path, error]))
      for (const published of rendered) {
        const { output } = published
        const place = places.get(output.path)
        if (place === undefined) continue
        place.publishError = errors.get(output.path)
        // What was rendered meanwhile is not there yet.
        if (place.publishError !== undefined || place.toPublish !== published) continue
        // The rendered text is a copy of secrets: it is not kept longer than needed.
        place.toPublish = undefined
        place.result = undefined
        pending.delete(output.path)
      }
    },
    complete: () => unfinished.size === 0,
    errorOf({ path }) {
      const place = places.get(path)
      return place?.result?.kind === 'failed' ? place.result.error : place?.publishError
    },
  }
}

import { backoffMs } from '../core/backoff.ts'
import { KeyturnError } from '../core/errors.ts'
import type { RenderedOutput } from '../core/output.ts'
import type { PublishedOutput, PublishFailure } from '../core/ports.ts'
import type { OutputBoard } from './output-board.ts'
import type { Parts } from './plan.ts'

const backoffLimits = { baseMs: 1_000, maxMs: 30_000 }
/** So long a publication keeps the next one waiting: a validation that hangs must not hold up what other secrets feed. */
const patienceMs = 1_000

export interface PublishingOptions {
  readonly parts: Parts
  readonly board: OutputBoard
  readonly owedTo: (outputs: readonly PublishedOutput[]) => readonly string[]
  /** Told of each publication. */
  readonly published: () => void
  /** Told once the board shows nothing that is waited for and all of it is on disk. */
  readonly complete: () => Promise<void>
  /** Asks for another call of `publish`; with an error, to end. */
  readonly again: (error?: Error) => void
}

export interface Publishing {
  /** Publishes what is rendered and not on disk yet; goes on after a while where a validation takes its time. */
  publish(signal: AbortSignal): Promise<void>
  /** Resolves when nothing is under way. */
  ended(): Promise<void>
}

export function publishOutputs(options: PublishingOptions): Publishing {
  const { parts, board } = options
  const { publisher, clock, random, journal } = parts
  const attempts = new Map<Promise<void>, readonly RenderedOutput[]>()
  let failedAttempts = 0

  async function publish(signal: AbortSignal): Promise<void> {
    // Whole or nothing (G1): a first start shows no file before it can show all of them.
    if (!publisher.complete && !board.complete()) return
    const underWay = new Set([...attempts.values()].flat().flatMap(pathsOf))
    const waiting = board.toPublish().filter(rendered => !pathsOf(rendered).some(path => underWay.has(path)))
    if (waiting.length === 0 && underWay.size === 0) await finish()
    if (!publisher.complete) {
      if (waiting.length > 0) await attempt(waiting, signal)
      return
    }
    // What failed before goes apart, for it may fail or hang again.
    const hasFailed = ({ output }: RenderedOutput) => board.errorOf(output) !== undefined
    const begun = [waiting.filter(output => !hasFailed(output)), waiting.filter(hasFailed)]
      .filter(outputs => outputs.length > 0)
      .map(outputs => begin(outputs, signal))
    await patience(Promise.all(begun), signal)
  }

  /** Never rejects. */
  function begin(outputs: readonly RenderedOutput[], signal: AbortSignal): Promise<void> {
    const begunAt = clock.uptime()
    const attempting = attempt(outputs, signal)
      .catch((error: Error) => {
        if (!signal.aborted) options.again(error)
      })
      .finally(() => {
        attempts.delete(attempting)
        // Meanwhile these may have been rendered anew, or withdrawn.
        if (clock.uptime() - begunAt >= patienceMs) options.again()
      })
    attempts.set(attempting, outputs)
    return attempting
  }

  async function attempt(outputs: readonly RenderedOutput[], signal: AbortSignal): Promise<void> {
    const how = { allOrNothing: !publisher.complete, owedTo: options.owedTo }
    const { publication, failures } = await publisher.publish(outputs, how, signal)
    board.published(concluded(outputs, { ...how, failures }), failures)
    if (publication !== undefined) {
      const paths = publication.outputs.map(({ path }) => path)
      journal.record('info', 'published', `published ${paths.join(', ')}`, {
        publication: publication.id,
        outputs: paths,
      })
      options.published()
    }
    if (failures.length > 0) return tryAgain(failures, signal)
    await finish()
  }

  async function finish(): Promise<void> {
    if (board.toPublish().length > 0 || !board.complete()) return
    failedAttempts = 0
    await options.complete()
  }

  /** What failed stays on the board and is tried with the next change, or after a while. */
  function tryAgain(failures: readonly PublishFailure[], signal: AbortSignal): void {
    failedAttempts += 1
    const retryMs = backoffMs(failedAttempts, backoffLimits, random)
    for (const { path, error } of failures) {
      const hint = error instanceof KeyturnError ? error.hint : undefined
      journal.record('error', 'publish_failed', `${path}: ${error.message}`, {
        output: path,
        hint,
        retry_ms: retryMs,
      })
    }
    clock.sleep(retryMs, signal).then(
      () => options.again(),
      () => undefined,
    )
  }

  async function patience(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const done = new AbortController()
    const over = clock.sleep(patienceMs, AbortSignal.any([signal, done.signal])).catch(() => undefined)
    await Promise.race([work, over])
    done.abort()
  }

  return {
    publish,
    async ended() {
      await Promise.all(attempts.keys())
    },
  }
}

/** Those that are on disk now, or have failed: one failure of a first start keeps the others from appearing, too. */
function concluded(
  outputs: readonly RenderedOutput[],
  { allOrNothing, failures }: { allOrNothing: boolean; failures: readonly PublishFailure[] },
): readonly RenderedOutput[] {
  if (!allOrNothing || failures.length === 0) return outputs
  const failed = new Set(failures.map(({ path }) => path))
  return outputs.filter(({ output }) => failed.has(output.path))
}

/** A file that one output declares no longer may be another's before the first is published. */
function pathsOf({ output, further = [] }: RenderedOutput): string[] {
  return [output.path, ...further.map(declared => declared.output.path)]
}

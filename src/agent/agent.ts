import { createBell } from '../core/bell.ts'
import { logFields, ProviderError, problemOf } from '../core/errors.ts'
import type { Output } from '../core/output.ts'
import { createQueue } from '../core/queue.ts'
import type { Status } from '../core/status.ts'
import { createTurns } from '../core/turns.ts'
import { createClaims } from './claims.ts'
import { deliverNotifications } from './deliver-notifications.ts'
import { keysToRefresh } from './keys-to-refresh.ts'
import { createOutputBoard } from './output-board.ts'
import { createOutputIndex, staticReferences } from './output-index.ts'
import type { Parts, Plan } from './plan.ts'
import { publishOutputs } from './publish-outputs.ts'
import { type RenderResult, renderOutput } from './render-outputs.ts'
import { retireLeases } from './retire-leases.ts'
import { agentStatus } from './status.ts'
import { watchSecrets } from './watch-secrets.ts'
import type { Carried } from './watched-secret.ts'

const startCheckMs = 500
const restartSpreadMs = 2_000

export interface Agent {
  /**
   * Watches, renders, publishes and notifies until the signal is aborted; a write in progress is finished.
   * @throws what keeps a first start from being complete, once `start_timeout` is over; after a first publication nothing
   */
  run(signal: AbortSignal): Promise<void>
  /** Resolves as soon as a complete set is published. */
  readonly complete: Promise<void>
  status(): Status
  /** What keeps everything from being published and waiting does not cure: a refusal, a missing secret, a failed output. */
  startError(): Error | undefined
  /**
   * Reads the named secrets now, all without names, but a write only where it is named; resolves when what rotated is
   * published.
   * @throws ConfigurationError for a name that is not configured
   */
  refresh(names: readonly string[]): Promise<void>
  /** What was read so far, for the agent that follows. */
  readonly carried: Carried
}

export function createAgent(
  plan: Plan,
  parts: Parts,
  before: Carried = { secrets: new Map(), retired: [] },
): Agent {
  const { publisher, clock, random, journal } = parts
  const startedAt = clock.now()
  const onDisk = createTurns()
  const changes = createQueue<ReadonlySet<string>>()
  const retirement = retireLeases(parts, before.retired)
  const { retire } = retirement
  const carried = (): Carried => ({ secrets: watch.secrets, retired: retirement.leases })
  const lived = () => parts.keep?.(carried())
  const watch = watchSecrets({ plan, parts, carried: before.secrets, changes, retire, lived })
  const index = createOutputIndex(plan.outputs)
  const board = createOutputBoard(plan.outputs)
  const claims = createClaims()
  const withdrawn = new Set([...before.secrets].filter(([, secret]) => secret.withdrawn).map(([key]) => key))
  const notifications = deliverNotifications(plan.notifiers, { parts, onDisk, settled: retirement.wake })
  const generations = createBell(clock)
  const complete = Promise.withResolvers<void>()
  const publishing = publishOutputs({
    parts,
    board,
    owedTo: notifications.owedTo,
    published() {
      notifications.wake()
      generations.ring()
    },
    complete: completed,
    again: error => (error === undefined ? changes.push(new Set()) : changes.end(error)),
  })

  async function run(signal: AbortSignal): Promise<void> {
    const ending = new AbortController()
    const running = AbortSignal.any([signal, ending.signal])
    groupSecrets()
    const tasks = [
      watchAndPublish(running),
      watchAfterRestart(running),
      notifications.run(running),
      retirement.run(running),
      collectGenerations(running),
      giveUpStart(running),
    ]
    try {
      await Promise.race(tasks)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      ending.abort()
      await Promise.allSettled(tasks)
      await publishing.ended()
    }
  }

  /** What belongs together rotates together: secrets that share an output or a notifier are polled in rounds. */
  function groupSecrets(): void {
    for (const output of plan.outputs) watch.join(staticReferences(output))
    for (const { on } of plan.notifiers) {
      const told = plan.outputs.filter(output => on === undefined || on.includes(output.path))
      watch.join(told.flatMap(staticReferences))
    }
  }

  /** After a restart everything is still published: no hurry, and a fleet that restarts as one does not ask as one. */
  async function watchAfterRestart(signal: AbortSignal): Promise<void> {
    const published = publisher.published()
    const isRestart = before.secrets.size === 0 && plan.outputs.every(({ path }) => published.has(path))
    try {
      if (isRestart) await clock.sleep(random() * restartSpreadMs, signal)
      await watch.run(signal)
    } finally {
      changes.end()
    }
  }

  async function watchAndPublish(signal: AbortSignal): Promise<void> {
    // What names no secret before it is run has nobody to wake it: it is rendered to find out.
    for (const output of plan.outputs) if (index.usedBy(output).size === 0) render(output)
    changes.push(new Set())
    for await (const changed of changes) {
      for (const output of index.touchedBy(changed)) render(output)
      for (const output of claims.freed()) render(output)
      for (const key of changed) if (watch.secrets.get(key)?.withdrawn) withdrawn.add(key)
      await removeWithdrawn()
      await publishing.publish(signal)
      retirement.wake()
    }
  }

  function render(output: Output): void {
    if (isWithdrawn(output)) {
      board.place(output, { kind: 'absent', used: [] })
      return
    }
    const result = claims.settle(output, renderOutput(output, watch.read))
    board.place(output, result)
    if (result.kind !== 'failed') {
      learn(output, result)
      return
    }
    const { error } = result
    const { path } = output
    const problem = problemOf(error)
    // A place names the template; the message alone names nothing.
    const message = problem.file === undefined ? `${path}: ${error.message}` : error.message
    journal.record('error', 'render_failed', message, { output: path, ...logFields(problem) })
  }

  /** A failed rendering tells nothing: what was known to be used goes on being watched. */
  function learn(output: Output, { kind, used }: RenderResult): void {
    const before = index.usedBy(output)
    index.learn(output, { used, complete: kind !== 'waiting' })
    // A template may ask for more once it has these: that is watched from now on, together with the rest of the output.
    if (kind === 'waiting') watch.join([...staticReferences(output), ...used])
    for (const key of before) if (!index.isUsed(key)) watch.drop(key)
  }

  function isWithdrawn(output: Output): boolean {
    return [...index.usedBy(output)].some(key => watch.secrets.get(key)?.withdrawn)
  }

  /** What shows a secret that is withdrawn goes at once, whatever else is wrong. */
  async function removeWithdrawn(): Promise<void> {
    for (const key of withdrawn) if (!watch.secrets.get(key)?.withdrawn) withdrawn.delete(key)
    if (withdrawn.size === 0) return
    const published = [...publisher.published().keys()]
    const gone = new Set(index.touchedBy(withdrawn).map(({ path }) => path))
    if (!published.some(path => gone.has(path))) return
    const outputs = published.filter(path => !gone.has(path))
    const notifiers = publisher.debts().map(({ notifier }) => notifier)
    await onDisk(() => publisher.prune({ outputs, notifiers }))
  }

  async function completed(): Promise<void> {
    if (!publisher.complete) await onDisk(() => publisher.markComplete())
    complete.resolve()
    await onDisk(() =>
      publisher.prune({
        outputs: plan.outputs.map(({ path }) => path),
        notifiers: plan.notifiers.map(({ id }) => id),
      }),
    )
  }

  async function collectGenerations(signal: AbortSignal): Promise<void> {
    while (true)
      await generations.sleep((await onDisk(() => publisher.collect())) ?? Number.POSITIVE_INFINITY, signal)
  }

  /** Fail closed on start: what waiting does not cure ends the agent, as long as nothing is published. */
  async function giveUpStart(signal: AbortSignal): Promise<never> {
    await clock.sleep(plan.startTimeoutMs, signal)
    while (!publisher.complete) {
      const error = startError()
      if (error !== undefined) throw error
      await clock.sleep(startCheckMs, signal)
    }
    await clock.sleep(Number.POSITIVE_INFINITY, signal)
    throw signal.reason
  }

  function startError(): Error | undefined {
    for (const { lastError } of watch.secrets.values()) {
      if (lastError instanceof ProviderError && !lastError.transient) return lastError
    }
    return plan.outputs.map(output => board.errorOf(output)).find(error => error !== undefined)
  }

  return {
    run,
    complete: complete.promise,
    startError,
    status: () =>
      agentStatus({
        startedAt,
        now: clock.now(),
        uptimeMs: clock.uptime(),
        secrets: watch.secrets,
        outputs: plan.outputs,
        board,
        publisher,
        notifiers: notifications.status(),
      }),
    refresh: async names =>
      watch.refresh(keysToRefresh(names, { planned: plan.secrets, watched: watch.secrets })),
    get carried() {
      return carried()
    },
  }
}

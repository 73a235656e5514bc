import { backoffMs } from '../core/backoff.ts'
import { type Bell, createBell } from '../core/bell.ts'
import { KeyturnError, messageOf } from '../core/errors.ts'
import type { Debt, Notifier, PublishedOutput } from '../core/ports.ts'
import type { NotifierStatus } from '../core/status.ts'
import type { InTurn } from '../core/turns.ts'
import type { Parts } from './plan.ts'

const backoffLimits = { baseMs: 1_000, maxMs: 60_000 }

/** Tells every process that may have read older content, at least once (G4), apart from everything else. */
export interface Notifications {
  /** The notifiers that a publication of these outputs is owed to. */
  owedTo(outputs: readonly PublishedOutput[]): readonly string[]
  /** Looks at the debts again. */
  wake(): void
  status(): NotifierStatus[]
  /** Delivers until aborted, each notifier in its own time: one that hangs or fails delays no other. */
  run(signal: AbortSignal): Promise<void>
}

interface Delivery {
  readonly notifier: Notifier
  readonly bell: Bell
  failures: number
  lastDelivery: NotifierStatus['lastDelivery']
  lastError: Error | undefined
}

export function deliverNotifications(
  notifiers: readonly Notifier[],
  { parts, onDisk, settled }: { parts: Parts; onDisk: InTurn; settled: () => void },
): Notifications {
  const { publisher, clock, random, journal } = parts
  const deliveries = notifiers.map(
    (notifier): Delivery => ({
      notifier,
      bell: createBell(clock),
      failures: 0,
      lastDelivery: undefined,
      lastError: undefined,
    }),
  )
  const debtTo = (notifier: Notifier): Debt | undefined =>
    publisher.debts().find(debt => debt.notifier === notifier.id)

  async function run(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { notifier, bell } = delivery
    while (true) {
      if (debtTo(notifier) === undefined) {
        await bell.sleep(Number.POSITIVE_INFINITY, signal)
        continue
      }
      if (notifier.splayMs > 0) await clock.sleep(random() * notifier.splayMs, signal)
      // What was published during the wait is told with it.
      const debt = debtTo(notifier)
      if (debt !== undefined) await attempt(delivery, debt, signal)
    }
  }

  async function attempt(delivery: Delivery, debt: Debt, signal: AbortSignal): Promise<void> {
    const { notifier } = delivery
    try {
      const outcome = await notifier.notify(debt.publication, signal)
      delivery.failures = 0
      delivery.lastError = undefined
      delivery.lastDelivery = { at: clock.now(), outcome }
      journal.record('info', 'notified', `${notifier.id}: ${outcome}`, {
        notifier: notifier.id,
        publication: debt.publication.id,
        latency_ms: clock.uptime() - debt.publication.publishedUptimeMs,
      })
      await onDisk(() => publisher.settle(debt))
      settled()
    } catch (error) {
      signal.throwIfAborted()
      delivery.failures += 1
      delivery.lastError = error instanceof Error ? error : new Error(messageOf(error))
      const retryMs = backoffMs(delivery.failures, backoffLimits, random)
      journal.record('warn', 'notify_failed', `${notifier.id}: ${messageOf(error)}`, {
        notifier: notifier.id,
        failures: delivery.failures,
        retry_ms: retryMs,
        hint: error instanceof KeyturnError ? error.hint : undefined,
      })
      await clock.sleep(retryMs, signal)
    }
  }

  return {
    owedTo: outputs => notifiers.filter(notifier => isOwed(notifier, outputs)).map(notifier => notifier.id),
    wake() {
      for (const { bell } of deliveries) bell.ring()
    },
    status: () =>
      deliveries.map(({ notifier, failures, lastDelivery, lastError }) => ({
        id: notifier.id,
        owedSince: debtTo(notifier)?.publication.publishedAt,
        failures,
        lastDelivery,
        lastError: lastError?.message,
      })),
    async run(signal) {
      const untilAborted = clock.sleep(Number.POSITIVE_INFINITY, signal)
      await Promise.all([untilAborted, ...deliveries.map(delivery => run(delivery, signal))])
    },
  }
}

function isOwed(notifier: Notifier, outputs: readonly PublishedOutput[]): boolean {
  const concerned = outputs.filter(output => notifier.on === undefined || notifier.on.includes(output.path))
  return concerned.some(output => notifier.first || !output.first)
}

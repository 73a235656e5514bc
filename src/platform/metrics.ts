import { Counter, Gauge, Registry } from 'prom-client'
import type { Journal } from '../core/ports.ts'
import type { Status } from '../core/status.ts'

export interface Metrics {
  /** Counts the journal's events. */
  readonly journal: Journal
  /** Prometheus text: the counters, and gauges made from the status at this moment. */
  text(): Promise<string>
}

/** Metrics in base units (seconds since the epoch, totals), named as Prometheus asks: https://prometheus.io/docs/practices/naming/ */
export function createMetrics(status: () => Status): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const events = new Counter({
    name: 'keyturn_events_total',
    help: 'Events of the journal, such as secret_changed, published, notified, notify_failed',
    labelNames: ['event'],
    registers,
  })

  gauge('keyturn_published', 'Whether a complete generation is published', [], ({ published }) => [
    [{}, Number(published)],
  ])
  gauge('keyturn_ready', 'Whether every secret is within its max_stale', [], ({ ready }) => [
    [{}, Number(ready)],
  ])
  gauge(
    'keyturn_secret_fetched_timestamp_seconds',
    'Last answer that confirmed or changed the secret',
    ['secret'],
    ({ secrets }) =>
      secrets.map(({ reference, fetchedAt }) => [{ secret: reference }, (fetchedAt ?? 0) / 1_000]),
  )
  gauge('keyturn_secret_stale', 'Whether the secret is older than its max_stale', ['secret'], ({ secrets }) =>
    secrets.map(({ reference, stale }) => [{ secret: reference }, Number(stale)]),
  )
  gauge('keyturn_secret_failures', 'Failed reads in a row', ['secret'], ({ secrets }) =>
    secrets.map(({ reference, failures }) => [{ secret: reference }, failures]),
  )
  gauge(
    'keyturn_output_published_timestamp_seconds',
    'Last publication of the output',
    ['output'],
    ({ outputs }) => outputs.map(({ path, publishedAt }) => [{ output: path }, (publishedAt ?? 0) / 1_000]),
  )
  gauge(
    'keyturn_output_failed',
    'Whether the output could not be rendered or published',
    ['output'],
    ({ outputs }) =>
      outputs.map(({ path, lastError }) => [{ output: path }, Number(lastError !== undefined)]),
  )
  gauge('keyturn_notification_owed', 'Whether a notification is owed', ['notifier'], ({ notifiers }) =>
    notifiers.map(({ id, owedSince }) => [{ notifier: id }, Number(owedSince !== undefined)]),
  )
  gauge('keyturn_notification_failures', 'Failed deliveries in a row', ['notifier'], ({ notifiers }) =>
    notifiers.map(({ id, failures }) => [{ notifier: id }, failures]),
  )

  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    rows: (status: Status) => [Record<Label, string> | Record<string, never>, number][],
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect() {
        this.reset()
        for (const [labels, value] of rows(status())) this.set(labels as Record<Label, string>, value)
      },
    })
  }

  return {
    journal: { record: (_severity, event) => events.inc({ event }) },
    text: () => registry.metrics(),
  }
}

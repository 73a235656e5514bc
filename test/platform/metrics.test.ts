import { describe, expect, it } from 'vitest'
import type { Status } from '../../src/core/status.ts'
import { createMetrics } from '../../src/platform/metrics.ts'

const status: Status = {
  startedAt: 0,
  published: true,
  ready: false,
  secrets: [
    {
      names: ['db'],
      reference: 'vault:secret/db',
      version: '3',
      fetchedAt: 1_700_000_000_500,
      nextFetchAt: undefined,
      maxStaleMs: 900_000,
      stale: true,
      leaseExpiresAt: undefined,
      failures: 4,
      lastError: 'vault does not answer',
    },
  ],
  outputs: [{ path: '/run/secrets/db', publishedAt: 1_700_000_000_000, lastError: undefined }],
  notifiers: [
    { id: 'signal SIGHUP node', owedSince: 1, failures: 2, lastDelivery: undefined, lastError: 'x' },
  ],
}

describe('the metrics', () => {
  it('show the status in base units, and count the journal’s events', async () => {
    const { journal, text } = createMetrics(() => status)
    journal.record('info', 'published', 'published /run/secrets/db')
    journal.record('info', 'published', 'published /run/secrets/db')
    const lines = (await text()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
    expect(lines.toSorted()).toEqual(
      [
        'keyturn_events_total{event="published"} 2',
        'keyturn_published 1',
        'keyturn_ready 0',
        'keyturn_secret_fetched_timestamp_seconds{secret="vault:secret/db"} 1700000000.5',
        'keyturn_secret_stale{secret="vault:secret/db"} 1',
        'keyturn_secret_failures{secret="vault:secret/db"} 4',
        'keyturn_output_published_timestamp_seconds{output="/run/secrets/db"} 1700000000',
        'keyturn_output_failed{output="/run/secrets/db"} 0',
        'keyturn_notification_owed{notifier="signal SIGHUP node"} 1',
        'keyturn_notification_failures{notifier="signal SIGHUP node"} 2',
      ].toSorted(),
    )
  })

  it('forget what is there no longer', async () => {
    let current = status
    const { text } = createMetrics(() => current)
    await text()
    current = { ...status, secrets: [] }
    expect(await text()).not.toContain('vault:secret/db')
  })
})

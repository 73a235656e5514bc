import { describe, expect, it } from 'vitest'
import { statusText } from '../../src/cli/status.ts'
import { palette, table } from '../../src/cli/terminal.ts'
import type { Status } from '../../src/core/status.ts'

const now = 1_700_000_000_000
const status: Status = {
  startedAt: now - 7_500_000,
  published: true,
  ready: false,
  secrets: [
    {
      names: ['db'],
      reference: 'vault:secret/my-api/db',
      version: '3',
      fetchedAt: now - 12_000,
      nextFetchAt: now + 48_000,
      maxStaleMs: 900_000,
      stale: false,
      leaseExpiresAt: undefined,
      failures: 0,
      lastError: undefined,
    },
    {
      names: [],
      reference: 'vault:database/creds/my-api',
      version: '9f2c',
      fetchedAt: now - 3_600_000,
      nextFetchAt: now + 5_000,
      maxStaleMs: 900_000,
      stale: true,
      leaseExpiresAt: now - 1_000,
      failures: 4,
      lastError: 'vault does not answer',
    },
  ],
  outputs: [
    { path: '/run/secrets/db_password', publishedAt: now - 200_000, lastError: undefined },
    { path: '/run/tls/cert.pem', publishedAt: now, further: ['/run/tls/key.pem'], lastError: undefined },
  ],
  notifiers: [
    {
      id: 'signal SIGHUP node',
      owedSince: now - 5_000,
      failures: 1,
      lastDelivery: { at: now - 90_000, outcome: 'signalled 1 process' },
      lastError: 'pid 7 does not handle SIGHUP',
    },
  ],
}

describe('the status for people', () => {
  it('shows secrets, outputs and notifiers in tables', () => {
    expect(statusText(status, now, { colour: false })).toBe(
      `keyturn published, a secret is stale, up for 2h 5m

SECRET  REFERENCE                    VERSION  FETCHED  NEXT    LEASE ENDS  LAST ERROR
db      vault:secret/my-api/db       3        12s ago  in 48s
-       vault:database/creds/my-api  9f2c     1h ago   in 5s   in 0s       vault does not answer

OUTPUT                    PUBLISHED   LAST ERROR
/run/secrets/db_password  3m 20s ago
/run/tls/cert.pem         0s ago
  /run/tls/key.pem        0s ago

NOTIFIER            OWED         LAST DELIVERY                    LAST ERROR
signal SIGHUP node  owed for 5s  1m 30s ago: signalled 1 process  pid 7 does not handle SIGHUP
`,
    )
  })

  it('is aligned the same with colours', () => {
    const plain = statusText(status, now, { colour: false })
    const coloured = statusText(status, now, { colour: true })
    expect(coloured).not.toBe(plain)
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain)
  })
})

describe('a table', () => {
  it('pads by what is seen, and leaves nothing behind the last cell', () => {
    const { red } = palette({ colour: true })
    expect(
      table([
        ['a', red('bb'), 'c'],
        ['aaa', 'b', ''],
      ]),
    ).toBe(`a    ${red('bb')}  c\naaa  b\n`)
  })
})

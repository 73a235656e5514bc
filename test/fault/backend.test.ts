import { afterAll, beforeAll, describe, it } from 'vitest'
import type { FailureKind } from '../../src/core/errors.ts'
import { canary } from '../support/canary.ts'
import type { FaultHouse } from '../support/fault-house.ts'
import { openFaultHouse } from '../support/fault-house.ts'
import type { Fault } from '../support/fault-proxy.ts'
import { createAuthority } from '../support/issued-certificates.ts'
import type { TcpFault } from '../support/tcp-proxy.ts'
import { vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, type VaultWorkplace } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

// What a backend or the way to it can do wrong, a row per fault: what stays published, what everybody is told meanwhile, and
// how soon all is well again.

interface Row {
  /** What happens. */
  readonly name: string
  readonly begin: (house: FaultHouse) => unknown
  readonly end: (house: FaultHouse) => unknown
  /** What the failure counts as. */
  readonly kind: FailureKind
  /** What log and status say. */
  readonly says: RegExp
  /** Only where it speaks TLS can it happen. */
  readonly tls?: true
}

const authority = createAuthority('the authority of the server')
const stranger = createAuthority('an authority that nobody knows')
const valid = authority.issue({ from: -1, to: 24 })

const onTcp = (name: string, fault: TcpFault, kind: FailureKind, says: RegExp): Row => ({
  name,
  begin: ({ tcp }) => tcp.misbehave(fault),
  end: ({ tcp }) => tcp.misbehave(undefined),
  kind,
  says,
})

/** To whatever asks for the secret, or for a login. */
const onHttp = (name: string, fault: Fault, kind: FailureKind, says: RegExp): Row => ({
  name,
  begin({ http }) {
    http.fault = { path: /secret\/data|login/, fault }
  },
  end({ http }) {
    http.fault = undefined
  },
  kind,
  says,
})

const withCertificate = (name: string, certificate: typeof valid, says: RegExp): Row => ({
  name,
  begin: ({ tcp }) => tcp.present(certificate),
  end: ({ tcp }) => tcp.present(authority.issue({ from: -1, to: 24 })),
  kind: 'unreachable',
  says,
  tls: true,
})

const answer = (body: unknown, more: object = {}) => ({
  status: 200,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...more,
})
const secretAnswer = (data: unknown) => answer({ data: { data, metadata: { version: 9 } } })
const raw = (length: number, body: string) =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`

const rows: readonly Row[] = [
  onTcp('refuses connections', 'refused', 'unreachable', /ECONNREFUSED/),
  onTcp('resets connections', 'reset', 'unreachable', /no connection to/),
  onTcp('swallows whatever is sent', 'silent', 'unreachable', /did not answer within 2s/),
  onTcp('sends one byte per second', 'trickle', 'unreachable', /did not answer within 2s/),
  onTcp('cuts the connection in the body', 'cut', 'unreachable', /no connection to/),
  onHttp(
    'promises more bytes than it sends',
    { raw: raw(999, '{"data":') },
    'unreachable',
    /no connection to/,
  ),
  onHttp('hangs in the body', { raw: raw(8, '{"data":') }, 'malformed', /something else than a JSON object/),
  onHttp('sends no HTTP', { raw: 'SSH-2.0-OpenSSH_9.9\r\n' }, 'malformed', /cannot be read/),
  onHttp(
    'sends more than max_response_size',
    secretAnswer({ password: 'x'.repeat(20_000) }),
    'malformed',
    /larger than 16384 bytes/,
  ),
  onHttp(
    'sends half a document',
    answer('{"data":{"data":{"pass'),
    'malformed',
    /something else than a JSON/,
  ),
  onHttp(
    'sends a page for people',
    answer('<html>Sign in</html>'),
    'malformed',
    /something else than a JSON/,
  ),
  onHttp('sends a list', answer([]), 'malformed', /something else than a JSON/),
  onHttp('sends a text for the secret', answer({ data: 'text' }), 'malformed', /./),
  onHttp('sends a number for the fields', secretAnswer(7), 'malformed', /./),
  onHttp('answers 429', { status: 429 }, 'throttled', /asks to slow down/),
  onHttp('answers 500', { status: 500, body: canary('body') }, 'unavailable', /with status 500/),
  onHttp('answers 503', { status: 503 }, 'unavailable', /with status 503/),
  onHttp('is sealed', { status: 503, body: '{"errors":["Vault is sealed"]}' }, 'sealed', /is sealed/),
  onHttp('lags behind (412)', { status: 412 }, 'unavailable', /with status 412/),
  onHttp('is a standby (473)', { status: 473 }, 'unavailable', /with status 473/),
  onHttp(
    'is a standby that names the active node',
    { status: 307, headers: { location: 'http://active.invalid:8200/v1/sys/health' } },
    'unavailable',
    /with status 307/,
  ),
  withCertificate('shows a certificate that has expired', authority.issue({ from: -3, to: -1 }), /EXPIRED/),
  withCertificate('shows one that is not valid yet', authority.issue({ from: 1, to: 3 }), /NOT_YET_VALID/),
  withCertificate('shows one of an unknown authority', stranger.issue({ from: -1, to: 3 }), /not trusted/),
]

/** Faults of one secret, which the login does not meet. */
const ofOneSecret: readonly Row[] = [
  { ...onHttp('refuses it (403)', { status: 403 }, 'forbidden', /is forbidden/), begin: refuse(403) },
  { ...onHttp('has lost it (404)', { status: 404 }, 'missing', /does not exist/), begin: refuse(404) },
]

function refuse(status: number) {
  return ({ http }: FaultHouse) => {
    http.fault = { path: /secret\/data/, fault: { status, body: '{"errors":[]}' } }
  }
}

/** What the issue promises, whatever the backoff stands at. */
const recoveryMs = 5_000

describe.each(vaultServerKinds())('where $name', kind => {
  let place: VaultWorkplace

  beforeAll(async () => {
    place = await createVaultWorkplace(await kind.start())
  })
  afterAll(async () => {
    place[Symbol.dispose]()
    await place.server[Symbol.asyncDispose]()
  })

  const open = (name: string, { tls }: Row) =>
    openFaultHouse({
      place,
      name,
      ...(tls && { tls: { certificate: valid, authority: authority.pem } }),
    })

  const table = [...rows, ...ofOneSecret].map((row, number) => ({ ...row, number }))

  it.concurrent.for(table)(
    'one that $name leaves the last good file, shows everywhere, and is soon forgotten',
    async (row, { expect }) => {
      await using house = await open(`running-${row.number}`, row)
      const { journal } = house
      const failed = () => journal.lines.filter(({ event }) => event === 'secret_failed')
      await house.put('db', canary('one'))
      house.start()
      await waitUntil(() => house.read('db') !== undefined)
      await waitUntil(async () => (await house.health()).readiness === 200)

      await row.begin(house)
      const [connections, requests, since] = [
        house.tcp.connections,
        house.http.requests.length,
        performance.now(),
      ]
      await house.put('db', canary('two'))
      await waitUntil(() => failed().some(({ message }) => row.says.test(message)))
      expect(failed()[0]).toMatchObject({ severity: 'warn', fields: { kind: row.kind } })
      // Readiness says so once max_stale is over; health never does.
      await waitUntil(async () => (await house.health()).readiness === 503)
      expect((await house.health()).health).toBe(200)
      expect(house.read('db')).toBe(canary('one'))
      expect((await house.status()).secrets[0]).toMatchObject({
        stale: true,
        failures: expect.toSatisfy((failures: number) => failures > 0),
        lastError: expect.stringMatching(row.says),
      })
      expect(await house.metrics()).toMatchObject({
        keyturn_published: 1,
        keyturn_ready: 0,
        keyturn_secret_stale: 1,
        keyturn_secret_failures: expect.toSatisfy((failures: number) => failures > 0),
      })
      // Without hammering: a wait at least doubles its bound from failure to failure.
      const seconds = (performance.now() - since) / 1_000
      const attempts = failed().length
      expect(attempts).toBeLessThan(15 + seconds)
      expect(house.tcp.connections - connections).toBeLessThanOrEqual(3 * attempts + 3)
      expect(house.http.requests.length - requests).toBeLessThanOrEqual(3 * attempts + 3)
      // What repeats itself is no news.
      expect(failed().filter(({ severity }) => severity === 'warn').length).toBeLessThanOrEqual(3)

      const recoveredAt = performance.now()
      await row.end(house)
      await waitUntil(() => house.read('db') === canary('two'))
      expect(performance.now() - recoveredAt).toBeLessThan(recoveryMs)
      await waitUntil(async () => (await house.health()).readiness === 200)
      expect((await house.status()).secrets[0]).toMatchObject({ failures: 0, stale: false })
      expect((await house.status()).secrets[0]).not.toHaveProperty('lastError')
    },
  )

  it.concurrent.for(table)('a first start waits for one that $name', async (row, { expect }) => {
    await using house = await open(`starting-${row.number}`, row)
    await house.put('db', canary('one'))
    await row.begin(house)
    house.start()
    await waitUntil(() => house.journal.lines.filter(({ event }) => event === 'secret_failed').length > 2)
    expect(await house.health()).toEqual({ health: 503, readiness: 503 })
    expect(house.read('db')).toBeUndefined()
    const recoveredAt = performance.now()
    await row.end(house)
    await waitUntil(() => house.read('db') === canary('one'))
    expect(performance.now() - recoveredAt).toBeLessThan(recoveryMs)
  })
})

import { afterAll, beforeAll, describe, it } from 'vitest'
import { canary } from '../support/canary.ts'
import { openFaultHouse } from '../support/fault-house.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { createAuthority } from '../support/issued-certificates.ts'
import { vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, type VaultWorkplace } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

// What the table of backend.test.ts does not fit: where requests go, when, and over what.

const recoveryMs = 5_000
/** Of the houses; a request that nobody will answer is under way so long. */
const timeoutMs = 2_000

describe.each(vaultServerKinds())('where $name', kind => {
  let place: VaultWorkplace

  beforeAll(async () => {
    place = await createVaultWorkplace(await kind.start())
  })
  afterAll(async () => {
    place[Symbol.dispose]()
    await place.server[Symbol.asyncDispose]()
  })

  describe.concurrent('asks for quiet', () => {
    it.for([429, 503])(
      'by %i with Retry-After, no request comes before that is over',
      async (status, { expect }) => {
        const secrets = ['one', 'two', 'three']
        await using house = await openFaultHouse({ place, name: `quiet-${status}`, secrets })
        for (const secret of secrets) await house.put(secret, canary('before'))
        house.start()
        await waitUntil(async () => (await house.status().catch(() => undefined))?.ready === true)
        // The first that is told so is told for all: also what waits for its turn, and the session.
        house.http.fault = { path: /./, fault: { status, headers: { 'retry-after': '4' } } }
        const sent = house.http.requests.length
        for (const secret of secrets) await house.put(secret, canary('after'))
        await waitUntil(() => house.http.requests.length > sent)
        const toldAt = house.http.requests[sent]?.at ?? 0
        await waitUntil(() => house.journal.lines.some(({ event }) => event === 'secret_failed'))
        house.http.fault = undefined
        await waitUntil(() => secrets.every(secret => house.read(secret) === canary('after')))
        const [next] = house.http.requests.slice(sent).filter(({ at }) => at > toldAt + 100)
        expect((next?.at ?? 0) - toldAt).toBeGreaterThanOrEqual(4_000)
        expect(performance.now() - toldAt).toBeLessThan(4_000 + recoveryMs)
      },
    )
  })

  describe.concurrent('redirects to another host', () => {
    it.for(['login', 'sys/internal', 'secret/data'])(
      'from %s, nothing follows, and nothing of there is published',
      async (path, { expect }) => {
        await using elsewhere = await startFaultProxy(place.server.address)
        const body = { auth: { client_token: 'foreign' }, data: { data: { password: 'foreign' } } }
        elsewhere.fault = { path: /./, fault: { status: 200, body: JSON.stringify(body) } }
        await using house = await openFaultHouse({ place, name: `redirect-${path.replace('/', '-')}` })
        await house.put('db', canary('own'))
        house.http.fault = {
          path: new RegExp(path),
          fault: { status: 307, headers: { location: `${elsewhere.address}/v1/secret/data/app` } },
        }
        house.start()
        await waitUntil(() => house.journal.lines.filter(({ event }) => event === 'secret_failed').length > 2)
        expect(house.read('db')).toBeUndefined()
        expect(elsewhere.requests).toEqual([])
        house.http.fault = undefined
        await waitUntil(() => house.read('db') === canary('own'))
        expect(elsewhere.requests).toEqual([])
      },
    )
  })

  describe.concurrent('is somewhere else all of a sudden', () => {
    it('the connections that lead nowhere cost one timeout together', async ({ expect }) => {
      const secrets = ['one', 'two', 'three', 'four', 'five']
      await using house = await openFaultHouse({ place, name: 'stranded', secrets })
      for (const secret of secrets) await house.put(secret, canary('before'))
      house.start()
      await waitUntil(async () => (await house.status().catch(() => undefined))?.ready === true)
      await waitUntil(() => house.tcp.connections > 1)
      house.tcp.strand()
      const strandedAt = performance.now()
      for (const secret of secrets) await house.put(secret, canary('after'))
      await waitUntil(() => secrets.every(secret => house.read(secret) === canary('after')))
      expect(performance.now() - strandedAt).toBeLessThan(timeoutMs + recoveryMs)
    })

    it('an authority that replaces the one on disk is trusted at once', async ({ expect }) => {
      const [before, after] = [createAuthority('before'), createAuthority('after')]
      const tls = { certificate: before.issue({ from: -1, to: 24 }), authority: before.pem }
      await using house = await openFaultHouse({ place, name: 'authority', tls })
      await house.put('db', canary('before'))
      house.start()
      await waitUntil(() => house.read('db') === canary('before'))
      house.tcp.present(after.issue({ from: -1, to: 24 }))
      await house.put('db', canary('after'))
      await waitUntil(() => house.journal.lines.some(({ message }) => /not trusted/.test(message)))
      house.trust(after.pem)
      const trustedAt = performance.now()
      await waitUntil(() => house.read('db') === canary('after'))
      expect(performance.now() - trustedAt).toBeLessThan(recoveryMs)
    })
  })

  it('is sealed and unsealed by its operator, the file stays, and what rotated comes', async ({ expect }) => {
    await using server = await kind.start()
    using its = await createVaultWorkplace(server)
    await using house = await openFaultHouse({ place: its, name: 'sealed' })
    await house.put('db', canary('before'))
    house.start()
    await waitUntil(() => house.read('db') === canary('before'))
    await house.put('db', canary('after'))
    await server.call('PUT', 'sys/seal')
    await waitUntil(() => house.journal.lines.some(({ fields }) => fields?.['kind'] === 'sealed'))
    await waitUntil(async () => (await house.health()).readiness === 503)
    expect((await house.health()).health).toBe(200)
    await server.call('PUT', 'sys/unseal', { key: server.unsealKey })
    const unsealedAt = performance.now()
    await waitUntil(() => house.read('db') === canary('after'))
    expect(performance.now() - unsealedAt).toBeLessThan(recoveryMs)
  })
})

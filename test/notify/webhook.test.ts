import { webcrypto } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Publication } from '../../src/core/ports.ts'
import { createWebhookNotifier, type WebhookSettings } from '../../src/notify/webhook.ts'
import { canary } from '../support/canary.ts'
import { createMemoryJournal } from '../support/memory-ends.ts'
import { publicationOf } from '../support/publications.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { waitUntil } from '../support/wait-until.ts'

interface Received {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const { method, url, headers } = request
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
    answer(response)
  })
})

let received: Received[]
let answer: (response: ServerResponse) => void
let directory: string
let address: string
let clock: VirtualClock
let lifetime: AbortController

beforeEach(async () => {
  received = []
  answer = response => response.writeHead(204).end()
  directory = mkdtempSync(join(tmpdir(), 'keyturn-webhook-'))
  clock = createVirtualClock(1_700_000_000_999)
  lifetime = new AbortController()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  lifetime.abort()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  rmSync(directory, { recursive: true })
})

function notifierOf(settings: Partial<WebhookSettings> = {}) {
  const complete: WebhookSettings = {
    kind: 'webhook',
    url: `${address}/reload?app=api`,
    secretFile: undefined,
    caFile: undefined,
    timeoutMs: 10_000,
    on: undefined,
    first: false,
    splayMs: 0,
    ...settings,
  }
  return createWebhookNotifier(complete, 'webhook', { clock, journal: createMemoryJournal() })
}

const notify = (settings: Partial<WebhookSettings> = {}, publication: Publication = publicationOf()) =>
  notifierOf(settings).notify(publication, lifetime.signal)

function writeSecret(content: string): string {
  const path = join(directory, 'secret')
  writeFileSync(path, content)
  chmodSync(path, 0o600)
  return path
}

/** As a receiver checks it, by another implementation than the one under test. */
async function isSignedBy(key: Buffer, { headers, body }: Received): Promise<boolean> {
  const [version, signature = ''] = String(headers['webhook-signature']).split(',')
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await webcrypto.subtle.importKey('raw', key, algorithm, false, ['verify'])
  const matches = await webcrypto.subtle.verify(
    'HMAC',
    imported,
    Buffer.from(signature, 'base64'),
    Buffer.from(content),
  )
  return version === 'v1' && matches
}

const first = (): Received => received[0] ?? expect.fail('nothing was received')

describe('a webhook', () => {
  it('posts the names and versions of what was published', async () => {
    expect(await notify()).toBe('answered 204')
    expect(received).toHaveLength(1)
    expect(first()).toMatchObject({ method: 'POST', url: '/reload?app=api' })
    expect(first().headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'publication-1',
      'webhook-timestamp': '1700000000',
    })
    expect(JSON.parse(first().body)).toEqual({
      type: 'outputs.published',
      timestamp: '2023-11-14T22:13:20.000Z',
      data: { outputs: [{ path: '/run/secrets/db_password', versions: { 'vault:secret/db': '7' } }] },
    })
  })

  it('names only the outputs that it is for', async () => {
    const outputs = ['/run/secrets/a', '/run/secrets/b'].map(path => ({
      path,
      owners: [10001],
      versions: {},
      first: false,
    }))
    await notify({ on: ['/run/secrets/b'] }, publicationOf({ outputs }))
    expect(JSON.parse(first().body)).toMatchObject({
      data: { outputs: [{ path: '/run/secrets/b', versions: {} }] },
    })
    expect(first().body).not.toContain('/run/secrets/a')
  })

  it('is not signed without a secret', async () => {
    await notify()
    expect(first().headers).not.toHaveProperty('webhook-signature')
  })

  it('is signed with the bytes of its secret', async () => {
    await notify({ secretFile: writeSecret(`${canary('webhook')}\n`) })
    expect(await isSignedBy(Buffer.from(canary('webhook')), first())).toBe(true)
    expect(await isSignedBy(Buffer.from(canary('other')), first())).toBe(false)
  })

  it('is signed with the key that whsec_ and base64 stand for', async () => {
    const key = Buffer.from(canary('key'))
    await notify({ secretFile: writeSecret(`whsec_${key.toString('base64')}\n`) })
    expect(await isSignedBy(key, first())).toBe(true)
  })

  it('reads its secret at each delivery, and keeps its id in a further attempt', async () => {
    const notifier = notifierOf({ secretFile: writeSecret(canary('old')) })
    await notifier.notify(publicationOf(), lifetime.signal)
    writeSecret(canary('new'))
    await clock.advance(60_000)
    await notifier.notify(publicationOf(), lifetime.signal)
    const [one, two] = received
    expect(one !== undefined && (await isSignedBy(Buffer.from(canary('old')), one))).toBe(true)
    expect(two !== undefined && (await isSignedBy(Buffer.from(canary('new')), two))).toBe(true)
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['publication-1', 'publication-1'])
    expect(received.map(({ headers }) => headers['webhook-timestamp'])).toEqual(['1700000000', '1700000060'])
  })

  it('is not sent where its secret cannot be read or used', async () => {
    const absent = join(directory, 'absent')
    await expect(notify({ secretFile: absent })).rejects.toMatchObject({
      name: 'NotifyError',
      message: `"${absent}" does not exist`,
    })
    const broken = notify({ secretFile: writeSecret(`whsec_${canary('broken')}`) })
    await expect(broken).rejects.toMatchObject({ name: 'NotifyError' })
    expect(inspect(await broken.catch(error => error), { depth: 9 })).not.toContain(canary('broken'))
    expect(received).toEqual([])
  })

  it('fails with the status of any other answer, and nothing else of it', async () => {
    answer = response => response.writeHead(503, canary('reason')).end(canary('body'))
    const error: unknown = await notify().catch(thrown => thrown)
    expect(error).toMatchObject({ name: 'NotifyError', message: `${new URL(address).host} answered 503` })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary/)
  })

  it('follows no redirect', async () => {
    answer = response => response.writeHead(307, { location: `${address}/elsewhere` }).end()
    await expect(notify()).rejects.toMatchObject({ message: `${new URL(address).host} answered 307` })
    expect(received).toHaveLength(1)
  })

  it('fails where no answer comes in time', async () => {
    answer = () => {}
    await expect(notify({ timeoutMs: 30 })).rejects.toMatchObject({
      name: 'NotifyError',
      message: `${new URL(address).host} did not answer within 30ms`,
    })
  })

  it('fails where nobody listens', async () => {
    await expect(notify({ url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({ name: 'NotifyError' })
  })

  it('is given up when the agent ends', async () => {
    answer = () => {}
    const outcome = notify()
    await waitUntil(() => received.length === 1)
    lifetime.abort(new Error('the agent ends'))
    await expect(outcome).rejects.toThrow('the agent ends')
  })

  it('leaves no connection behind', async () => {
    await notify()
    await waitUntil(
      async () =>
        (await new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)))) === 0,
    )
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Provider } from '../../../src/core/ports.ts'
import type { Reference } from '../../../src/core/reference.ts'
import { makeCertificate } from '../../../src/dev-store/certificate.ts'
import { makeKeys } from '../../../src/dev-store/pki-roles.ts'
import { canary, findLeaks } from '../../support/canary.ts'
import { everythingIn } from '../../support/everything-in.ts'
import { endlessSshCertificate, sshCertificates } from '../../support/ssh-certificates.ts'
import { openVaultStub, type VaultStub } from '../../support/vault-stub.ts'
import { createVirtualClock } from '../../support/virtual-clock.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

let stub: VaultStub
beforeEach(async () => {
  stub = await openVaultStub()
  stub.answers['sys/internal/ui/mounts/pki/issue/web'] = { body: { data: { path: 'pki/', type: 'pki' } } }
})
afterEach(() => stub[Symbol.asyncDispose]())

function reference(parameters: Readonly<Record<string, string>> = {}, path = 'pki/issue/web'): Reference {
  return { provider: 'vault', path, write: { parameters: new Map(Object.entries(parameters)), id: '1' } }
}

function made(written: Reference = reference(), provider: Provider = stub.open()) {
  return provider.fetch(written, new AbortController().signal)
}

async function leaseOf(body: object, now = '2030-01-01T06:00:00Z') {
  stub.answers['pki/issue/web'] = { body }
  const { lease } = await made(reference(), stub.open({}, createVirtualClock(Date.parse(now))))
  return lease
}

describe('a write', () => {
  it('sends its parameters as strings, and answers the data as fields', async () => {
    stub.answers['pki/issue/web'] = { body: { data: { certificate: 'the certificate', serial: 1 } } }
    const { fields, response } = await made(
      reference({ common_name: 'app', ttl: '3600', ['__proto__']: 'y' }),
    )
    expect([...fields].map(([name, { content }]) => [name, content])).toEqual([
      ['certificate', 'the certificate'],
      ['serial', '1'],
    ])
    expect(response?.has('data')).toBe(true)
    expect(stub.requests.at(-1)?.body).toBe('{"common_name":"app","ttl":"3600","__proto__":"y"}')
  })

  it('is made anew by each fetch, with another version where the answer is another one', async () => {
    const provider = stub.open()
    stub.answers['pki/issue/web'] = () => ({ body: { data: { serial: stub.countOf('pki/issue/web') } } })
    const versions = [await made(reference(), provider), await made(reference(), provider)]
    expect(versions[0]?.version).not.toBe(versions[1]?.version)
    expect(stub.countOf('pki/issue/web')).toBe(2)
  })

  it('to KV version 2 goes below data/, in an object of its own', async () => {
    stub.answers['secret/data/app'] = { body: { data: { version: 3, created_time: 'x' } } }
    const { fields } = await made(reference({ a: '1' }, 'secret/app'))
    expect(fields.get('version')?.content).toBe('3')
    expect(stub.requests.at(-1)?.body).toBe('{"data":{"a":"1"}}')
  })

  it('that is answered by nothing has no fields and no end', async () => {
    stub.answers['pki/issue/web'] = { status: 204, body: '' }
    const { fields, lease, response } = await made()
    expect([fields.size, lease, response?.size]).toEqual([0, undefined, 0])
  })

  it('with a token that the server no longer knows is made once more with a new one', async () => {
    const provider = stub.open()
    stub.answers['auth/token/lookup-self'] = { status: 403 }
    stub.answers['pki/issue/web'] = () =>
      stub.countOf('pki/issue/web') === 1 ? { status: 403 } : { body: { data: { a: '1' } } }
    expect((await made(reference(), provider)).fields.get('a')?.content).toBe('1')
    expect(stub.countOf('pki/issue/web')).toBe(2)
  })

  it.each([
    [403, 'forbidden', 'vault:pki/issue/web is forbidden', 'must allow "update" on this path'],
    [400, 'missing', 'vault answered pki/issue/web with status 400', 'does not take these parameters'],
  ])(
    'that is refused with %i says what to do, and nothing of its parameters',
    async (status, kind, message, hint) => {
      stub.answers['auth/token/lookup-self'] = { body: { data: {} } }
      stub.answers['pki/issue/web'] = { status, body: { errors: [canary('answer')] } }
      const parameters = { common_name: canary('parameter') }
      const error: unknown = await made(reference(parameters)).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ kind, message, hint: expect.stringContaining(hint) })
      expect(findLeaks(everythingIn(error))).toEqual([])
    },
  )
})

describe('what a write made lives', () => {
  it('as long as its lease', async () => {
    const data = { username: 'u', certificate: await certificate('2030-01-01', '2030-01-31') }
    expect(await leaseOf({ lease_id: 'x/1', lease_duration: 60, renewable: true, data })).toMatchObject({
      id: 'x/1',
      ttlMs: 60_000,
      renewable: true,
    })
  })

  it('as long as its token or its secret id', async () => {
    expect((await leaseOf({ auth: { client_token: 't', lease_duration: 1200 } }))?.ttlMs).toBe(1_200_000)
    expect((await leaseOf({ data: { secret_id: 's', secret_id_ttl: 600 } }))?.ttlMs).toBe(600_000)
    expect(await leaseOf({ data: { secret_id: 's', secret_id_ttl: 0 } })).toBeUndefined()
  })

  it('to the end of its certificate, in PEM, bundled or not, or in DER', async () => {
    const pem = await certificate('2030-01-01', '2030-01-03')
    const key = makeKeys('ec').pem
    const der = pem.replace(/-----[^-]+-----|\n/g, '')
    for (const text of [pem, `${key}\n${pem}\n${pem}`, der]) {
      const lease = await leaseOf({ data: { certificate: text } })
      expect(lease).toEqual({ id: '', ttlMs: 2 * dayMs - 6 * hourMs, renewable: false })
    }
  })

  it('to the end of its SSH certificate', async () => {
    for (const signed_key of Object.values(sshCertificates))
      expect((await leaseOf({ data: { signed_key: `${signed_key}\n` } }))?.ttlMs).toBe(18 * hourMs)
    expect(await leaseOf({ data: { signed_key: endlessSshCertificate } })).toBeUndefined()
    for (const signed_key of ['', 'ssh-rsa', 'ssh-ed25519-cert-v01@openssh.com AAAA', 'x y', 5])
      expect(await leaseOf({ data: { signed_key } }), String(signed_key)).toBeUndefined()
  })

  it('no longer than the certificate as a whole, and no shorter than that where the clock is past its end', async () => {
    const data = { certificate: await certificate('2030-01-01', '2030-01-03') }
    expect((await leaseOf({ data }, '2029-06-01T00:00:00Z'))?.ttlMs).toBe(2 * dayMs)
    expect((await leaseOf({ data }, '2031-01-01T00:00:00Z'))?.ttlMs).toBe(2 * dayMs)
  })

  it('until its parameters change, where nothing says that it ends', async () => {
    expect(
      await leaseOf({ lease_id: '', lease_duration: 0, data: { plaintext: 'c2VjcmV0' } }),
    ).toBeUndefined()
    expect(await leaseOf({ data: { certificate: 'of another kind' } })).toBeUndefined()
  })
})

async function certificate(from: string, to: string): Promise<string> {
  const keys = makeKeys('ec')
  return makeCertificate({
    ...keys,
    serial: Uint8Array.of(1),
    subject: 'app',
    issuer: { ...keys, subject: 'app' },
    from: Date.parse(from),
    to: Date.parse(to),
    authority: false,
    dnsNames: [],
    addresses: [],
  })
}

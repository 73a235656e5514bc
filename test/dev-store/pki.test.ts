import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithAuthority(role: object = {}, authority: object = {}, clock?: { now(): number }) {
  const opened = await openStore({
    ...(clock === undefined ? {} : { clock }),
    seed: {
      mounts: { pki: { type: 'pki' } },
      writes: {
        'pki/root/generate/internal': { common_name: 'the authority', key_type: 'ec', ...authority },
        'pki/roles/web': {
          allowed_domains: 'example.com',
          allow_subdomains: true,
          max_ttl: '72h',
          key_type: 'ec',
          ...role,
        },
      },
    },
  })
  const issue = (body: object) => opened.ask('PUT pki/issue/web', { body })
  return { ...opened, issue }
}

describe.each(['ec', 'rsa'])('certificates with %s keys', key_type => {
  it('are issued by the authority for their names and their time, with a key that fits', async () => {
    const { issue, ask } = await openWithAuthority({ key_type }, { key_type })
    const { body } = await issue({ common_name: 'app.example.com', alt_names: 'b.example.com', ttl: '24h' })
    const { data } = body
    const certificate = new X509Certificate(data.certificate)
    const authority = new X509Certificate(data.issuing_ca)
    expect(certificate.subject).toBe('CN=app.example.com')
    expect(certificate.subjectAltName).toBe('DNS:app.example.com, DNS:b.example.com')
    expect(certificate.checkIssued(authority)).toBe(true)
    expect(certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(data.private_key))).toBe(true)
    expect([certificate.ca, authority.ca]).toEqual([false, true])
    expect(certificate.validFromDate.toISOString()).toBe('2030-01-02T03:03:35.000Z')
    expect(certificate.validToDate.toISOString()).toBe('2030-01-03T03:04:05.000Z')
    expect(data).toMatchObject({
      expiration: Date.parse('2030-01-03T03:04:05Z') / 1000,
      private_key_type: key_type,
      ca_chain: [data.issuing_ca],
      serial_number: certificate.serialNumber.toLowerCase().replace(/..(?!$)/g, '$&:'),
    })
    expect((await ask('GET pki/cert/ca')).body.data.certificate).toBe(data.issuing_ca)
    expect((await ask(`GET pki/cert/${data.serial_number}`)).body.data.certificate).toBe(data.certificate)
  })
})

describe('a certificate', () => {
  it('serves a TLS connection that trusts the authority', async () => {
    const role = { allow_any_name: true, ttl: '1h' }
    const { issue } = await openWithAuthority(role, {}, { now: () => Date.now() })
    const { data } = (await issue({ common_name: 'localhost', ip_sans: '127.0.0.1' })).body
    const server = createServer({ cert: data.certificate, key: data.private_key }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = Object(server.address()).port
    const client = connect({ port, host: '127.0.0.1', ca: data.issuing_ca })
    await once(client, 'secureConnect')
    expect(client.authorized).toBe(true)
    client.destroy()
    server.close()
  })

  it('is refused for other names, without a name, and by roles that do not exist', async () => {
    const { issue, ask } = await openWithAuthority()
    expect(await issue({ common_name: 'other.org' })).toMatchObject({
      status: 400,
      body: { errors: ['common name other.org not allowed by this role'] },
    })
    expect(await issue({ common_name: 'example.com' })).toMatchObject({ status: 400 })
    expect(await issue({ common_name: 'a.example.com', alt_names: 'c.org' })).toMatchObject({ status: 400 })
    expect(await issue({})).toMatchObject({ status: 400 })
    expect(await ask('PUT pki/issue/nope', { body: { common_name: 'a.example.com' } })).toMatchObject({
      status: 400,
      body: { errors: ['unknown role: nope'] },
    })
  })

  it('lives no longer than its role and its authority', async () => {
    const { issue, turnClock } = await openWithAuthority()
    const { body } = await issue({ common_name: 'a.example.com', ttl: '100h' })
    expect(body.warnings).toEqual([
      'TTL "100h" is longer than permitted maxTTL "72h", so maxTTL is being used',
    ])
    turnClock(31 * 24 * 3600)
    expect(await issue({ common_name: 'a.example.com' })).toMatchObject({
      status: 400,
      body: { errors: [expect.stringContaining('beyond the expiration of the CA certificate')] },
    })
  })

  it('has a lease where the role says so', async () => {
    const { issue, store } = await openWithAuthority({ generate_lease: true })
    const { body } = await issue({ common_name: 'a.example.com', ttl: '10m' })
    expect(body).toMatchObject({ lease_duration: 600, renewable: false })
    expect(store.leases().map(({ id }) => id)).toEqual([body.lease_id])
  })

  it('comes with its key and its authority in one text where a bundle is asked for', async () => {
    const { issue } = await openWithAuthority()
    const { data } = (await issue({ common_name: 'a.example.com', format: 'pem_bundle' })).body
    expect(data.certificate.match(/BEGIN [A-Z ]+/g)).toEqual([
      'BEGIN EC PRIVATE KEY',
      'BEGIN CERTIFICATE',
      'BEGIN CERTIFICATE',
    ])
  })
})

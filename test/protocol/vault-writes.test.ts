import { createPrivateKey, X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createAgent } from '../../src/agent/agent.ts'
import type { Output } from '../../src/core/output.ts'
import type { Provider } from '../../src/core/ports.ts'
import { createClock } from '../../src/platform/clock.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { writeReference } from '../../src/template/write-reference.ts'
import { createMemoryJournal, createMemoryNotifier, createMemoryPublisher } from '../support/memory-ends.ts'
import { vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, type VaultWorkplace } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

const writeKey = Buffer.alloc(32, 'of this test')

const sshPublicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPiVaAVWc0h1LuEpviFFdJedQS0xz6RO9mROmfILzyJc'

const policy = `
path "pki/issue/*" { capabilities = ["update"] }
path "ssh/sign/app" { capabilities = ["update"] }
path "transit/decrypt/app" { capabilities = ["update"] }
path "secret/data/written" { capabilities = ["create", "update"] }`

describe.each(vaultServerKinds())("Vault's answers to writes, on $name", kind => {
  let place: VaultWorkplace
  let tokenFile: string
  beforeAll(async () => {
    place = await createVaultWorkplace(await kind.start())
    const { call } = place.server
    await call('POST', 'sys/mounts/pki', { type: 'pki' })
    await call('POST', 'pki/root/generate/internal', { common_name: 'the authority', key_type: 'ec' })
    const names = { allowed_domains: 'example.com', allow_subdomains: true, key_type: 'ec' }
    await call('POST', 'pki/roles/web', names)
    await call('POST', 'pki/roles/leased', { ...names, generate_lease: true })
    await call('POST', 'sys/mounts/transit', { type: 'transit' })
    await call('POST', 'transit/keys/app', {})
    await call('POST', 'sys/policies/acl/writes', { policy })
    const token = await call('POST', 'auth/token/create', { policies: ['writes'] })
    tokenFile = place.file('writes', Object(token).auth.client_token)
  })
  afterEach(() => place.clear())
  afterAll(async () => {
    place[Symbol.dispose]()
    await place.server[Symbol.asyncDispose]()
  })
  const open = () => place.open({ method: 'token_file', tokenFile })
  const written = (path: string, ...parameters: string[]) =>
    open().fetch(
      writeReference({ path, parameters }, { provider: 'vault', writeKey }),
      new AbortController().signal,
    )

  it('are certificates that live to their end, with a key that fits and the authority', async () => {
    const { fields, lease } = await written('pki/issue/web', 'common_name=app.example.com', 'ttl=10m')
    const text = (name: string) => String(fields.get(name)?.content)
    const certificate = new X509Certificate(text('certificate'))
    expect(certificate.subject).toBe('CN=app.example.com')
    expect(certificate.checkPrivateKey(createPrivateKey(text('private_key')))).toBe(true)
    expect(certificate.verify(new X509Certificate(text('issuing_ca')).publicKey)).toBe(true)
    expect(lease).toMatchObject({ id: '', renewable: false })
    expect(lease?.ttlMs).toBeGreaterThan(590_000)
    expect(lease?.ttlMs).toBeLessThanOrEqual(600_000)
  })

  it('are leased where the role says so', async () => {
    const { lease } = await written('pki/issue/leased', 'common_name=app.example.com', 'ttl=10m')
    expect(lease).toMatchObject({ id: expect.stringMatching(/^pki\/issue\/leased\//), renewable: false })
    expect(lease?.ttlMs).toBeCloseTo(600_000, -4)
  })

  // The embedded store has no engine for SSH.
  if (!kind.embedded) {
    it('are SSH certificates that live to their end', async () => {
      const { call } = place.server
      await call('POST', 'sys/mounts/ssh', { type: 'ssh' })
      await call('POST', 'ssh/config/ca', { generate_signing_key: true, key_type: 'ed25519' })
      const role = { key_type: 'ca', allow_user_certificates: true, allowed_users: '*', ttl: '10m' }
      await call('POST', 'ssh/roles/app', role)
      const { lease } = await written('ssh/sign/app', `public_key=${sshPublicKey}`, 'valid_principals=app')
      expect(lease?.ttlMs).toBeGreaterThan(590_000)
      expect(lease?.ttlMs).toBeLessThanOrEqual(630_000)
    })
  }

  it('are plaintexts that do not end', async () => {
    const plaintext = Buffer.from('a secret').toString('base64')
    const { data } = Object(await place.server.call('POST', 'transit/encrypt/app', { plaintext }))
    const { fields, lease } = await written('transit/decrypt/app', `ciphertext=${data.ciphertext}`)
    expect(fields.get('plaintext')?.content).toBe(plaintext)
    expect(lease).toBeUndefined()
  })

  it('are the version that a write to KV version 2 made', async () => {
    const { fields } = await written('secret/written', 'a=1', 'b=two')
    expect(fields.get('version')?.content).toBe('1')
    const read = Object(await place.server.call('GET', 'secret/data/written'))
    expect(read.data.data).toEqual({ a: '1', b: 'two' })
  })

  it('are refusals that say why', async () => {
    await expect(written('pki/issue/web', 'common_name=other.org')).rejects.toMatchObject({
      kind: 'missing',
      message: 'vault answered pki/issue/web with status 400',
    })
    await expect(written('pki/sign/web', 'common_name=app.example.com')).rejects.toMatchObject({
      kind: 'forbidden',
      hint: 'the policy of the role must allow "update" on this path',
    })
  })

  it('are asked for once by two outputs, and again only before the certificate ends', async () => {
    const certificate = '(pkiCert "pki/issue/web" "common_name=once.example.com" "ttl=6s")'
    const house = await openAgent(open(), {
      '/s/cert': `{{ with ${certificate} }}{{ .Cert }}{{ .CA }}{{ end }}`,
      '/s/key': `{{ with ${certificate} }}{{ .Data.Key }}{{ end }}`,
    })
    const certificates: X509Certificate[] = []
    for (let count = 1; count <= 3; count += 1) {
      await waitUntil(() => house.publications.length === count)
      const published = new X509Certificate(house.files.get('/s/cert') ?? '')
      expect(published.checkPrivateKey(createPrivateKey(house.files.get('/s/key') ?? ''))).toBe(true)
      expect(published.validToDate.getTime()).toBeGreaterThan(Date.now())
      certificates.push(published)
      expect(house.publications[count - 1]?.outputs).toHaveLength(2)
    }
    const serials = new Set(certificates.map(({ serialNumber }) => serialNumber))
    expect(serials.size).toBe(3)
    expect(await issuedFor('CN=once.example.com')).toBe(3)
  })

  async function issuedFor(subject: string): Promise<number> {
    const { data } = Object(await place.server.call('GET', 'pki/certs?list=true'))
    const answers = await Promise.all(
      data.keys.map((serial: string) => place.server.call('GET', `pki/cert/${serial}`)),
    )
    const subjects = answers.map(answer => new X509Certificate(Object(answer).data.certificate).subject)
    return subjects.filter(other => other === subject).length
  }
})

/** The agent over a real provider and clock, which publishes in memory. */
async function openAgent(provider: Provider, templates: Readonly<Record<string, string>>) {
  const clock = createClock()
  const publisher = createMemoryPublisher(clock)
  const outputs = await Promise.all(
    Object.entries(templates).map(async ([path, text]): Promise<Output> => {
      const options = { name: path, dot: new Map(), secretProvider: 'vault', writeKey }
      const renderer = await compileTemplate(text, options)
      return { path, kind: 'file', files: [{ name: '', mode: 0o400, owner: 1, group: 1, renderer }] }
    }),
  )
  const agent = createAgent(
    {
      secrets: [],
      outputs,
      notifiers: [createMemoryNotifier(clock)],
      settleMs: 100,
      startTimeoutMs: 60_000,
      refreshMsOf: () => 1_000,
      revokeAfterMsOf: () => 0,
    },
    {
      providers: new Map([['vault', provider]]),
      publisher,
      clock,
      random: Math.random,
      journal: createMemoryJournal(),
    },
  )
  const end = new AbortController()
  const ended = agent.run(end.signal)
  onTestFinished(async () => {
    end.abort()
    await ended
  })
  return publisher
}

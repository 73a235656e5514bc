import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { providerContract } from '../contract/provider-contract.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, type VaultWorkplace } from '../support/vault-workplace.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { waitUntil } from '../support/wait-until.ts'

const kinds = vaultServerKinds()
console.log(`Vault's protocol is tested on ${kinds.map(({ name }) => name).join(' and on ')}`)
if (kinds.length === 1)
  console.log('not on a real server: no bao or vault on PATH, none in KEYTURN_TEST_VAULT')

describe.each(kinds)("Vault's secrets, on $name", kind => {
  let place: VaultWorkplace
  beforeAll(async () => {
    place = await createVaultWorkplace(await kind.start())
  })
  afterEach(() => place.clear())
  afterAll(async () => {
    place[Symbol.dispose]()
    await place.server[Symbol.asyncDispose]()
  })
  const signal = () => new AbortController().signal

  providerContract(`Vault, on ${kind.name}`, {
    open: async password => {
      await place.put('app/contract', { password, port: 5432 })
      const proxy = await startFaultProxy(place.server.address)
      const auth = await place.appRole('contract_secret_id')
      const secretId = await place.newSecretId()
      place.file('contract_secret_id', secretId)
      const clock = createVirtualClock()
      const faults = {
        sealed: { status: 503, body: `{"errors":["Vault is sealed","${secretId}"]}` },
        unavailable: { status: 500, body: `{"errors":["${password}","${secretId}"]}` },
        throttled: { status: 429, headers: { 'retry-after': '7' }, body: `{"errors":["${password}"]}` },
        silent: 'hang',
        malformed: { status: 200, body: `{"data": ${password} ${secretId}` },
        oversized: { status: 200, body: JSON.stringify({ data: password.repeat(10_000) }) },
        reset: 'reset',
      } as const
      return {
        provider: place.open(auth, { address: proxy.address, timeoutMs: 500 }, clock),
        reference: 'vault:secret/app/contract',
        missing: 'vault:secret/app/nowhere',
        forbidden: 'vault:secret/other/forbidden',
        credentials: [secretId, place.roleId],
        rotate: async next => {
          await place.put('app/contract', { password: next, port: 5432 })
        },
        remove: async () => {
          await place.server.call('DELETE', 'secret/metadata/app/contract')
        },
        misbehave: async how => {
          proxy.fault = how && { path: /./, fault: faults[how] }
          // Nobody is asked before Retry-After is over.
          if (how === undefined) await clock.advance(7_000)
        },
        [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
      }
    },
  })

  it('are of KV v1 or v2, with and without data/, by version, and listed', async () => {
    const provider = place.open(await place.appRole())
    await place.put('app/kv', { a: '1' })
    await place.put('app/kv', { a: '2', ratio: 1.5 })
    await place.server.call('POST', 'kv1/app/kv', { b: '3' })
    const content = async (reference: string, field: string) =>
      (await place.read(provider, reference)).fields.get(field)?.content
    expect(await content('vault:secret/app/kv', 'a')).toBe('2')
    expect(await content('vault:secret/data/app/kv', 'ratio')).toBe('1.5')
    expect(await content('vault:secret/app/kv?version=1', 'a')).toBe('1')
    expect(await content('vault:kv1/app/kv', 'b')).toBe('3')
    for (const path of ['secret/app/', 'secret/metadata/app', 'kv1/app/']) {
      const listing = await provider.fetch({ provider: 'vault', path, list: true }, signal())
      expect([...listing.fields.keys()], path).toContain('kv')
    }
  })

  it('change their version in KV v1 exactly when they rotate', async () => {
    const provider = place.open(await place.appRole())
    const version = async () => (await place.read(provider, 'vault:kv1/app/rotated')).version
    await place.server.call('POST', 'kv1/app/rotated', { b: '1' })
    const first = await version()
    expect(await version()).toBe(first)
    await place.server.call('POST', 'kv1/app/rotated', { b: '2' })
    expect(await version()).not.toBe(first)
  })

  it('keep their nested values as JSON text', async () => {
    const provider = place.open(await place.appRole())
    await place.server.call('POST', 'kv1/app/json', { o: { a: [1.5, null, '"'] } })
    const { fields, lease } = await place.read(provider, 'vault:kv1/app/json')
    expect(fields.get('o')?.content).toBe('{"a":[1.5,null,"\\""]}')
    expect(lease).toBeUndefined()
  })

  it('come in Vault’s response shape for templates', async () => {
    await place.put('app/shape', { a: 'x' })
    const { response } = await place.read(place.open(await place.appRole()), 'vault:secret/app/shape')
    expect([...(response?.keys() ?? [])]).toEqual(
      expect.arrayContaining(['request_id', 'lease_id', 'lease_duration', 'renewable', 'data']),
    )
  })

  it('may have names with any character that a reference takes', async () => {
    const names = ['app/a b', 'app/a%2Fb', 'app/ä+&=@:', "app/'quoted'"]
    const provider = place.open(await place.appRole())
    for (const name of names) {
      await place.put(name.split('/').map(encodeURIComponent).join('/'), { name })
      const { fields } = await place.read(provider, `vault:secret/${name}`)
      expect(fields.get('name')?.content).toBe(name)
    }
  })

  it('are missing once their current version is deleted', async () => {
    const provider = place.open(await place.appRole())
    await place.put('app/gone', { a: '1' })
    await place.read(provider, 'vault:secret/app/gone')
    await place.server.call('DELETE', 'secret/data/app/gone')
    await expect(place.read(provider, 'vault:secret/app/gone')).rejects.toMatchObject({ kind: 'missing' })
  })

  it('cost one login, one probe per mount and one read each at a start', async () => {
    await using proxy = await startFaultProxy(place.server.address)
    const provider = place.open(await place.appRole(), { address: proxy.address })
    const names = Array.from({ length: 20 }, (_, n) => `app/many-${n}`)
    await Promise.all(names.map(name => place.put(name, { name })))
    await place.server.call('POST', 'kv1/app/one', { b: '1' })
    await place.server.call('POST', 'kv1/app/two', { b: '2' })
    const references = [
      ...names.map(name => `vault:secret/${name}`),
      'vault:kv1/app/one',
      'vault:kv1/app/two',
    ]
    await Promise.all(references.map(reference => place.read(provider, reference)))
    expect(proxy.requests).toHaveLength(1 + 2 + references.length)
    await Promise.all(references.map(reference => place.read(provider, reference)))
    expect(proxy.requests).toHaveLength(1 + 2 + 2 * references.length)
  })

  it('lie in mounts whose names have more than one part', async () => {
    await place.server.call('POST', 'sys/mounts/team/a', { type: 'kv', options: { version: '2' } })
    await place.server.call('POST', 'sys/mounts/team/b', { type: 'kv', options: { version: '1' } })
    await place.server.call('POST', 'sys/policies/acl/team', {
      policy: 'path "team/*" { capabilities = ["read"] }',
    })
    const token = await place.server.call('POST', 'auth/token/create', { policies: ['team'] })
    // A real server sets a new mount of version 2 up for a moment before it takes writes.
    await waitUntil(() => succeeds(place.server.call('POST', 'team/a/data/x', { data: { v: 'a' } })))
    await place.server.call('POST', 'team/b/x', { v: 'b' })
    const { auth } = Object(token)
    const provider = place.open({ method: 'token_file', tokenFile: place.file('team', auth.client_token) })
    const read = await Promise.all(['a', 'b'].map(name => place.read(provider, `vault:team/${name}/x`)))
    expect(read.map(({ fields }) => fields.get('v')?.content)).toEqual(['a', 'b'])
  })

  it('lie in the namespace of the provider', async () => {
    const header = { 'x-vault-namespace': 'tenant' }
    await place.server.call('POST', 'sys/namespaces/tenant', {})
    await place.server.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '1' } }, header)
    await place.server.call('POST', 'kv/app', { a: 'of the tenant' }, header)
    const policy = 'path "kv/*" { capabilities = ["read"] }'
    await place.server.call('POST', 'sys/policies/acl/app', { policy }, header)
    const token = await place.server.call('POST', 'auth/token/create', { policies: ['app'] }, header)
    const { auth } = Object(token)
    const tokenFile = place.file('tenant', auth.client_token)
    const provider = place.open({ method: 'token_file', tokenFile }, { namespace: 'tenant' })
    const { fields } = await place.read(provider, 'vault:kv/app')
    expect(fields.get('a')?.content).toBe('of the tenant')
  })

  it('are not to be had while the server is sealed', async () => {
    await place.put('app/sealed', { a: '1' })
    const provider = place.open(await place.appRole())
    const first = await place.read(provider, 'vault:secret/app/sealed')
    await place.server.call('PUT', 'sys/seal')
    try {
      await expect(place.read(provider, 'vault:secret/app/sealed')).rejects.toMatchObject({ kind: 'sealed' })
      const other = place.open({
        method: 'approle',
        mount: 'approle',
        roleId: 'x',
        secretIdFile: place.file('x', 'y'),
      })
      await expect(place.read(other, 'vault:secret/app/sealed')).rejects.toMatchObject({ kind: 'sealed' })
    } finally {
      await place.server.call('PUT', 'sys/unseal', { key: place.server.unsealKey })
    }
    await waitUntil(() => succeeds(place.read(provider, 'vault:secret/app/sealed')))
    expect((await place.read(provider, 'vault:secret/app/sealed')).version).toBe(first.version)
  })
})

function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  )
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { JsonNumber } from '../../../src/core/json.ts'
import type { Provider } from '../../../src/core/ports.ts'
import { parseReference } from '../../../src/core/reference.ts'
import { kv2Answer, openVaultStub, type VaultStub } from '../../support/vault-stub.ts'

describe("Vault's answers", () => {
  let stub: VaultStub
  beforeEach(async () => {
    stub = await openVaultStub()
    stub.answers['sys/internal/ui/mounts/database/static-creds/x'] = {
      body: { data: { path: 'database/', type: 'database' } },
    }
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await stub[Symbol.asyncDispose]()
  })
  const read = (reference: string, provider: Provider = stub.open()) =>
    provider.fetch(parseReference(reference), new AbortController().signal)

  it('keep every digit of a number and the text of what is nested', async () => {
    stub.answers['secret/data/x'] = {
      body: '{"data":{"data":{"n":9007199254740993.10,"o":{"b": 1,"a":[ ]},"t":true,"z":null},"metadata":{"version":7,"created_time":"x"}}}',
    }
    const { fields } = await read('vault:secret/x')
    expect([...fields].map(([name, { content }]) => [name, content])).toEqual([
      ['n', '9007199254740993.10'],
      ['o', '{"b": 1,"a":[ ]}'],
      ['t', 'true'],
      ['z', 'null'],
    ])
    expect(fields.get('n')?.value).toEqual(new JsonNumber('9007199254740993.10'))
  })

  it('have another version when the secret was removed and made anew with the same number', async () => {
    const provider = stub.open()
    stub.answers['secret/data/x'] = kv2Answer({ a: '1' }, 1, '2030-01-01T00:00:00Z')
    const first = await read('vault:secret/x', provider)
    stub.answers['secret/data/x'] = kv2Answer({ a: '1' }, 1, '2030-01-02T00:00:00Z')
    const second = await read('vault:secret/x', provider)
    expect(first.version).toMatch(/^1-/)
    expect(second.version).toMatch(/^1-/)
    expect(second.version).not.toBe(first.version)
  })

  it('have a version that tells nothing of a value, and is another in each agent', async () => {
    stub.answers['database/static-creds/x'] = { body: { data: { password: '1234' } } }
    const versions = [
      await read('vault:database/static-creds/x'),
      await read('vault:database/static-creds/x'),
    ]
    expect(versions[0]?.version).not.toBe(versions[1]?.version)
  })

  it('keep their version while the ttl of a static role counts down', async () => {
    const provider = stub.open()
    const version = async (password: string, ttl: number) => {
      stub.answers['database/static-creds/x'] = {
        body: { data: { password, ttl, last_vault_rotation: '2030-01-01T00:00:00Z' } },
      }
      return (await read('vault:database/static-creds/x', provider)).version
    }
    const first = await version('a', 60)
    expect(await version('a', 59)).toBe(first)
    expect(await version('b', 58)).not.toBe(first)
  })

  it('are leased only where there is a lease id', async () => {
    const answer = { lease_duration: 2_764_800, renewable: true, data: { a: '1' } }
    stub.answers['database/static-creds/x'] = { body: { ...answer, lease_id: '' } }
    expect((await read('vault:database/static-creds/x')).lease).toBeUndefined()
    stub.answers['database/static-creds/x'] = { body: { ...answer, lease_id: 'database/x/1' } }
    const leased = await read('vault:database/static-creds/x')
    expect(leased.lease).toMatchObject({ id: 'database/x/1', ttlMs: 2_764_800_000, renewable: true })
    expect(leased.version).not.toContain('database')
  })

  it('do not depend on the variables that node-vault reads', async () => {
    for (const name of ['VAULT_ADDR', 'VAULT_TOKEN', 'VAULT_NAMESPACE', 'VAULT_PREFIX', 'DEBUG']) {
      vi.stubEnv(name, name === 'VAULT_ADDR' ? 'http://127.0.0.1:1' : 'of-the-environment')
    }
    stub.answers['secret/data/x'] = kv2Answer({ a: '1' })
    expect((await read('vault:secret/x')).fields.get('a')?.content).toBe('1')
    const [login, , secret] = stub.requests
    expect(login?.headers['x-vault-token']).toBeUndefined()
    expect(secret?.headers['x-vault-token']).toBe('t-1')
    expect(secret?.headers['x-vault-namespace']).toBeUndefined()
  })

  it('come from the namespace of the settings', async () => {
    stub.answers['secret/data/x'] = kv2Answer({ a: '1' })
    await read('vault:secret/x', stub.open({ namespace: 'team/a' }))
    expect(stub.requests.map(({ headers }) => headers['x-vault-namespace'])).toEqual(Array(3).fill('team/a'))
  })

  describe('where the server does not say what is mounted', () => {
    const probe = 'sys/internal/ui/mounts/secret/data/x'
    beforeEach(() => {
      stub.answers['auth/token/lookup-self'] = { body: { data: {} } }
      stub.answers[probe] = { status: 403 }
    })

    it('are understood by their shape, and the probe is not repeated at each read', async () => {
      const provider = stub.open()
      stub.answers['secret/data/x'] = kv2Answer({ a: '1' }, 4)
      const secret = await read('vault:secret/data/x', provider)
      expect([...secret.fields.keys()]).toEqual(['a'])
      expect(secret.version).toMatch(/^4-/)
      await read('vault:secret/data/x', provider)
      expect(stub.countOf(probe)).toBe(1)
    })

    it('are forbidden with a hint at data/', async () => {
      stub.answers['secret/data/x'] = { status: 403 }
      await expect(read('vault:secret/data/x')).rejects.toMatchObject({
        kind: 'forbidden',
        hint: expect.stringContaining('data/ behind the mount'),
      })
    })
  })
})

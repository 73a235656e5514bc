import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDevStore } from '../../src/dev-store/dev-store.ts'
import { readSeed } from '../../src/dev-store/seed.ts'
import { askStore } from '../support/ask-store.ts'
import { openStore } from '../support/open-store.ts'

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'dev-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

const seed = {
  mounts: { kv: { type: 'kv', options: { version: '1' } } },
  policies: { app: 'path "secret/data/my-api/*" { capabilities = ["read"] }' },
  kv: { 'secret/my-api/db': { password: 'p1' }, 'kv/old': { a: 1 } },
  approle: { app: { role_id: 'app', secret_id: 'app-secret', token_policies: ['app'] } },
}

const login = { token: '', body: { role_id: 'app', secret_id: 'app-secret' } }

describe('the development store', () => {
  it('says at every start that it is not for production', async () => {
    const lines: string[] = []
    await openStore({ log: line => lines.push(line) })
    expect(lines[0]).toContain('development store, not for production')
  })

  it('begins with what its seed holds', async () => {
    const { ask } = await openStore({ seed })
    const token: string = (await ask('POST auth/approle/login', login)).body.auth.client_token
    expect((await ask('GET secret/data/my-api/db', { token })).body.data.data).toEqual({ password: 'p1' })
    expect((await ask('GET kv/old')).body.data).toEqual({ a: 1 })
  })

  it('continues after a restart with the same secrets, roles and tokens, and no second version from the seed', async () => {
    const dataFile = join(newDirectory(), 'data.json')
    const first = await openDevStore({ dataFile, seed })
    const { auth } = (await askStore(first, 'POST auth/approle/login', login)).body
    await askStore(first, 'POST secret/data/my-api/db', { body: '{"data":{"password":"p2","ratio":1.0}}' })
    await first.close()

    const { store, ask } = await openStore({ dataFile, seed, clock: { now: () => Date.now() } })
    expect(store.rootToken).toBe(first.rootToken)
    const read = await ask('GET secret/data/my-api/db', { token: auth.client_token })
    expect(read.text).toContain('"data":{"password":"p2","ratio":1.0}')
    expect(read.body.data.metadata.version).toBe(2)
    expect((await ask('POST auth/approle/login', login)).status).toBe(200)
  })

  it('has written a change before it answers, with mode 0600 and nothing beside it', async () => {
    const directory = newDirectory()
    const dataFile = join(directory, 'data.json')
    const { ask } = await openStore({ dataFile })
    await ask('POST secret/data/x', { body: { data: { password: 'just-written' } } })
    expect(readFileSync(dataFile, 'utf8')).toContain('just-written')
    expect(statSync(dataFile).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['data.json'])
  })

  it('refuses a data file that is not its own', async () => {
    const dataFile = join(newDirectory(), 'data.json')
    writeFileSync(dataFile, '{}')
    await expect(openDevStore({ dataFile })).rejects.toThrow('is not a development store')
  })

  it('reads a seed from a file and refuses sections it does not know', () => {
    const path = join(newDirectory(), 'seed.json')
    writeFileSync(path, JSON.stringify(seed))
    expect(Object.keys(readSeed(path))).toEqual(Object.keys(seed))
    writeFileSync(path, '{"secrets":{}}')
    expect(() => readSeed(path)).toThrow('unknown section "secrets"')
  })

  it('names the part of a seed that was refused', async () => {
    const broken = { policies: { app: 'nonsense' } }
    await expect(openDevStore({ seed: broken })).rejects.toThrow('seed: "sys/policies/acl/app" was refused')
  })

  it('lists the requests it has answered, without their bodies', async () => {
    const { ask, store } = await openStore()
    await ask('POST secret/data/x', { body: { data: {} } })
    await ask('LIST secret/metadata?after=', { headers: { 'X-Vault-Namespace': '' } })
    await ask('GET secret/data/none', { token: '' })
    expect(store.requests).toEqual([
      { method: 'POST', path: 'secret/data/x', namespace: '', status: 200 },
      { method: 'LIST', path: 'secret/metadata', namespace: '', status: 200 },
      { method: 'GET', path: 'secret/data/none', namespace: '', status: 403 },
    ])
  })

  it('takes a bearer token, and refuses other methods, paths and large bodies', async () => {
    const { ask, store } = await openStore()
    const headers = { Authorization: `Bearer ${store.rootToken}` }
    expect((await ask('GET auth/token/lookup-self', { token: '', headers })).status).toBe(200)
    expect((await ask('OPTIONS secret/data/x')).status).toBe(405)
    expect((await ask('DELETE sys/health')).status).toBe(405)
    expect((await ask('GET sys/nothing')).status).toBe(404)
    expect((await fetch(store.address)).status).toBe(404)
    const large = `{"data":{"a":"${'x'.repeat(33 * 1024 * 1024)}"}}`
    expect((await ask('POST secret/data/x', { body: large })).status).toBe(413)
  })
})

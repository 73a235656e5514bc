import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithPolicy(policy: string) {
  const opened = await openStore({ seed: { policies: { app: policy }, kv: { 'secret/app/db': { a: 1 } } } })
  const { body } = await opened.ask('POST auth/token/create', { body: { policies: ['app'] } })
  const token: string = body.auth.client_token
  return {
    ...opened,
    as: (request: string, sent?: object) => opened.ask(request, { token, ...(sent ? { body: sent } : {}) }),
  }
}

const denied = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } }

describe('policies', () => {
  it('allow below a prefix what they name, and nothing else', async () => {
    const { as } = await openWithPolicy('path "secret/data/app/*" { capabilities = ["read"] }')
    expect((await as('GET secret/data/app/db')).status).toBe(200)
    expect((await as('GET secret/data/app/none')).status).toBe(404)
    expect(await as('GET secret/data/other')).toMatchObject(denied)
    expect(await as('GET nowhere/x')).toMatchObject(denied)
    expect(await as('POST secret/data/app/db', { data: {} })).toMatchObject(denied)
  })

  it('tell making from replacing', async () => {
    const { as } = await openWithPolicy('path "secret/data/app/*" { capabilities = ["create"] }')
    expect((await as('POST secret/data/app/new', { data: {} })).status).toBe(200)
    expect(await as('POST secret/data/app/db', { data: {} })).toMatchObject(denied)
  })

  it('let the more specific path win, and deny over all', async () => {
    const { as } = await openWithPolicy(`
      # a comment with path "x" {}
      path "secret/data/*" { capabilities = ["read"] }
      path "secret/data/+/db" { capabilities = ["update"] }
      path "secret/data/app/d*" { capabilities = ["deny"] }
    `)
    expect((await as('GET secret/data/app/x')).status).toBe(404)
    expect((await as('GET secret/data/app/db')).status).toBe(403)
    expect((await as('GET secret/data/other/db')).status).toBe(403)
    expect((await as('POST secret/data/other/db', { data: {} })).status).toBe(403)
  })

  it('allow a list by its path with or without a slash', async () => {
    const { as } = await openWithPolicy('path "secret/metadata/app" { capabilities = ["list"] }')
    expect((await as('LIST secret/metadata/app')).body.data.keys).toEqual(['db'])
    expect(await as('LIST secret/metadata')).toMatchObject(denied)
  })

  it('answer what a token may do', async () => {
    const { as } = await openWithPolicy('{"path":{"secret/data/*":{"capabilities":["update","read"]}}}')
    const { data } = (await as('POST sys/capabilities-self', { paths: ['secret/data/x', 'kv/x'] })).body
    expect(data).toEqual({ 'secret/data/x': ['read', 'update'], 'kv/x': ['deny'] })
  })

  it.each(['path "x" { capabilities = ["fly"] }', 'path "x" { policy = "read" }', 'nonsense'])(
    'refuse what they cannot honour: %s',
    async policy => {
      const { ask } = await openStore()
      expect((await ask('PUT sys/policies/acl/p', { body: { policy } })).status).toBe(400)
      expect((await ask('GET sys/policies/acl/p')).status).toBe(404)
    },
  )
})

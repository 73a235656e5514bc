import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithWrapped() {
  const opened = await openStore({ seed: { approle: { app: { role_id: 'app' } } } })
  const wrapped = await opened.ask('POST auth/approle/role/app/secret-id', {
    headers: { 'X-Vault-Wrap-TTL': '60s' },
  })
  return { ...opened, info: wrapped.body.wrap_info, wrapped }
}

const gone = { status: 400, body: { errors: ['wrapping token is not valid or does not exist'] } }

describe('response wrapping', () => {
  it('answers a wrapping token with its creation path instead of the secret id', async () => {
    const { wrapped } = await openWithWrapped()
    expect(wrapped.body).toMatchObject({
      data: null,
      wrap_info: {
        token: expect.stringMatching(/^s\./),
        ttl: 60,
        creation_time: '2030-01-02T03:04:05Z',
        creation_path: 'auth/approle/role/app/secret-id',
        wrapped_accessor: expect.any(String),
      },
    })
  })

  it('shows the creation path without a token and without using it up', async () => {
    const { ask, info } = await openWithWrapped()
    const lookUp = () => ask('POST sys/wrapping/lookup', { body: { token: info.token }, token: '' })
    await lookUp()
    expect((await lookUp()).body.data).toEqual({
      creation_path: 'auth/approle/role/app/secret-id',
      creation_time: '2030-01-02T03:04:05Z',
      creation_ttl: 60,
    })
  })

  it('unwraps once', async () => {
    const { ask, info } = await openWithWrapped()
    const unwrapped = await ask('POST sys/wrapping/unwrap', { token: info.token })
    expect(unwrapped.body.data.secret_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await ask('POST sys/wrapping/unwrap', { token: info.token })).toMatchObject(gone)
    expect(await ask('POST sys/wrapping/lookup', { body: { token: info.token }, token: '' })).toMatchObject(
      gone,
    )
  })

  it('unwraps a token in the body for a live token beside it only', async () => {
    const { ask, info, store } = await openWithWrapped()
    const unwrap = (token: string) => ask('POST sys/wrapping/unwrap', { body: { token: info.token }, token })
    expect((await unwrap('')).status).toBe(403)
    expect((await unwrap(store.rootToken)).status).toBe(200)
  })

  it('ends with its ttl', async () => {
    const { ask, info, turnClock } = await openWithWrapped()
    turnClock(60)
    expect(await ask('POST sys/wrapping/unwrap', { token: info.token })).toMatchObject(gone)
  })

  it('is spent by any other request', async () => {
    const { ask, info } = await openWithWrapped()
    expect((await ask('GET secret/data/x', { token: info.token })).status).toBe(403)
    expect(await ask('POST sys/wrapping/unwrap', { token: info.token })).toMatchObject(gone)
  })

  it('wraps a login', async () => {
    const { ask } = await openWithWrapped()
    const { secret_id } = (await ask('POST auth/approle/role/app/secret-id')).body.data
    const login = await ask('POST auth/approle/login', {
      body: { role_id: 'app', secret_id },
      token: '',
      headers: { 'X-Vault-Wrap-TTL': '60' },
    })
    expect(login.body.auth).toBeNull()
    const { auth } = (await ask('POST sys/wrapping/unwrap', { token: login.body.wrap_info.token })).body
    expect((await ask('GET auth/token/lookup-self', { token: auth.client_token })).status).toBe(200)
  })
})

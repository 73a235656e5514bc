import { Agent, fetch } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { authorityPem, clientKeyPem, clientPem, serverKeyPem, serverPem } from '../support/certificates.ts'
import { certificatePem, privateKeyPem } from '../support/key-pair.ts'
import { openStore } from '../support/open-store.ts'

async function openWithCert(role: object = {}) {
  const { store } = await openStore({ tls: { cert: serverPem, key: serverKeyPem } })
  const send = async (method: string, path: string, body: object, client: object = {}) => {
    const dispatcher = new Agent({ connect: { ca: authorityPem, ...client } })
    onTestFinished(() => dispatcher.destroy())
    const response = await fetch(`${store.address}/v1/${path}`, {
      method,
      body: JSON.stringify(body),
      headers: Object.keys(client).length > 0 ? {} : { 'X-Vault-Token': store.rootToken },
      dispatcher,
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  await send('POST', 'sys/auth/cert', { type: 'cert' })
  await send('POST', 'auth/cert/certs/app', { certificate: authorityPem, token_policies: 'app', ...role })
  const logIn = (client: object = { cert: clientPem, key: clientKeyPem }, name = 'app') =>
    send('POST', 'auth/cert/login', { name }, client)
  return { send, logIn }
}

const refused = { status: 400, body: { errors: ['invalid certificate or no client certificate supplied'] } }

describe('TLS certificates', () => {
  it('log in when issued by the trusted authority', async () => {
    const { logIn } = await openWithCert()
    expect((await logIn()).body.auth).toMatchObject({
      policies: ['app', 'default'],
      metadata: { cert_name: 'app', common_name: 'my-api', serial_number: expect.stringMatching(/^\d+$/) },
    })
  })

  it('log in when trusted themselves', async () => {
    const { logIn } = await openWithCert({ certificate: clientPem })
    expect((await logIn()).status).toBe(200)
  })

  it('are refused when absent, or of another authority', async () => {
    const { logIn, send } = await openWithCert()
    expect(await send('POST', 'auth/cert/login', {})).toMatchObject({
      status: 400,
      body: { errors: ['no client certificate found'] },
    })
    expect(await logIn({ cert: certificatePem, key: privateKeyPem })).toMatchObject(refused)
    expect(await logIn(undefined, 'none')).toMatchObject(refused)
  })

  it.each([
    [{ allowed_common_names: 'my-*' }, 200],
    [{ allowed_common_names: 'other' }, 400],
    [{ allowed_dns_sans: ['*.test'] }, 200],
    [{ allowed_names: ['x'] }, 400],
  ])('are bound by name: %o', async (role, status) => {
    const { logIn } = await openWithCert(role)
    expect((await logIn()).status).toBe(status)
  })

  it('serve LIST over TLS as well', async () => {
    const { store } = await openStore({ tls: { cert: serverPem, key: serverKeyPem } })
    const dispatcher = new Agent({ connect: { ca: authorityPem } })
    onTestFinished(() => dispatcher.destroy())
    const headers = { 'X-Vault-Token': store.rootToken }
    const response = await fetch(`${store.address}/v1/sys/policies/acl`, {
      method: 'LIST',
      headers,
      dispatcher,
    })
    expect(await response.json()).toMatchObject({ data: { keys: ['default', 'root'] } })
  })
})

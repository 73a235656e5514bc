import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createHttpClient, type HttpSettings } from '../../src/platform/http.ts'
import { authorityPem, clientKeyPem, clientPem, serverKeyPem, serverPem } from '../support/certificates.ts'
import { openHttpStub } from '../support/http-stub.ts'
import { certificatePem, privateKeyPem } from '../support/key-pair.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyturn-tls-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const file = (name: string, content: string) => {
  const path = join(directory, name)
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
  return path
}
const open = (settings: Partial<HttpSettings> = {}) => {
  const client = createHttpClient({ maxConnections: 2, timeoutMs: 5_000, maxBytes: 10_000, ...settings })
  onTestFinished(() => client.close())
  return (url: string) => client.request({ method: 'GET', url, signal: new AbortController().signal })
}
/** Answers the common name of the client's certificate. */
const nameOfPeer = ({ socket }: IncomingMessage, response: ServerResponse) => {
  const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined
  response.end(String(peer?.subject?.CN))
}
const server = (cert = serverPem, key = serverKeyPem) =>
  openHttpStub(nameOfPeer, { cert, key, requestCert: true, rejectUnauthorized: false })

describe('TLS of the HTTP client', () => {
  it('trusts the authorities of a file or a directory, and no others', async () => {
    const { origin, host } = await server()
    const other = file('other.pem', certificatePem)
    for (const tls of [{}, { caFile: other }]) {
      await expect(open({ tls })(origin)).rejects.toMatchObject({
        kind: 'tls',
        message: expect.stringContaining(`the certificate of ${host} is not trusted`),
        hint: 'name the authority that signed it as tls.ca_file',
      })
    }
    const caFile = file('ca.pem', authorityPem)
    expect((await open({ tls: { caFile } })(origin)).status).toBe(200)
    expect((await open({ tls: { caDirectory: directory } })(origin)).status).toBe(200)
    expect((await open({ tls: { skipVerify: true } })(origin)).status).toBe(200)
  })

  it('checks the name, and another one where it is told so', async () => {
    const { origin, host } = await server(certificatePem, privateKeyPem)
    const caFile = file('ca.pem', certificatePem)
    await expect(open({ tls: { caFile } })(origin)).rejects.toMatchObject({
      kind: 'tls',
      message: `the certificate of ${host} is for another name (ERR_TLS_CERT_ALTNAME_INVALID)`,
    })
    expect((await open({ tls: { caFile, serverName: 'test' } })(origin)).status).toBe(200)
  })

  it('takes an authority that changes on disk, and keeps the earlier while the file is no certificate', async () => {
    const { origin, connections } = await server()
    const caFile = file('ca.pem', certificatePem)
    const get = open({ tls: { caFile } })
    await expect(get(origin)).rejects.toMatchObject({ kind: 'tls' })
    file('ca.pem', authorityPem)
    expect((await get(origin)).status).toBe(200)
    const before = connections.length
    file('ca.pem', '-----BEGIN CERTIFICATE-----\nhalf')
    expect((await get(origin)).status).toBe(200)
    rmSync(caFile)
    expect((await get(origin)).status).toBe(200)
    expect(connections).toHaveLength(before)
  })

  it('takes an authority that appears in the directory', async () => {
    const { origin } = await server()
    const caDirectory = join(directory, 'authorities')
    mkdirSync(caDirectory)
    writeFileSync(join(caDirectory, 'a.pem'), certificatePem)
    const get = open({ tls: { caDirectory } })
    await expect(get(origin)).rejects.toMatchObject({ kind: 'tls' })
    writeFileSync(join(caDirectory, 'b.pem'), authorityPem)
    expect((await get(origin)).status).toBe(200)
  })

  it('shows its certificate, and the new one as soon as both files are there', async () => {
    const { origin } = await server()
    const caFile = file('ca.pem', authorityPem)
    const clientCertFile = file('cert.pem', clientPem)
    const clientKeyFile = file('key.pem', clientKeyPem)
    const get = open({ tls: { caFile, clientCertFile, clientKeyFile } })
    const shown = async () => (await get(origin)).body.toString()
    expect(await shown()).toBe('my-api')
    file('cert.pem', certificatePem)
    expect(await shown()).toBe('my-api')
    file('key.pem', privateKeyPem)
    expect(await shown()).toBe('test')
  })

  it('names the files that it cannot use', async () => {
    const { origin } = await server()
    const caFile = join(directory, 'absent.pem')
    await expect(open({ tls: { caFile } })(origin)).rejects.toMatchObject({
      kind: 'tls',
      message: `"${caFile}" cannot be read (ENOENT)`,
    })
    const clientCertFile = file('cert.pem', clientPem)
    const clientKeyFile = file('key.pem', privateKeyPem)
    await expect(open({ tls: { clientCertFile, clientKeyFile } })(origin)).rejects.toMatchObject({
      kind: 'tls',
      message: `the certificates in "${clientCertFile}", "${clientKeyFile}" cannot be used`,
    })
  })
})

describe('a proxy before the HTTP client', () => {
  /** Tunnels and forwards, and keeps what it was asked for. */
  const openProxy = async () => {
    const asked: string[] = []
    const stub = await openHttpStub((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('of the proxy')
    })
    stub.server.on('connect', (request, socket, head) => {
      asked.push(`CONNECT ${request.url}`)
      const [, port] = String(request.url).split(':')
      const onward = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        onward.write(head)
        socket.pipe(onward).pipe(socket)
      })
      onward.on('error', () => socket.destroy())
      socket.on('error', () => onward.destroy())
    })
    return { ...stub, asked }
  }

  it('tunnels HTTPS, whose certificates are checked as without it', async () => {
    const { origin, host } = await server()
    const proxy = await openProxy()
    const settings = { proxy: { httpsProxy: proxy.origin } }
    const tls = {
      caFile: file('ca.pem', authorityPem),
      clientCertFile: file('cert.pem', clientPem),
      clientKeyFile: file('key.pem', clientKeyPem),
    }
    expect((await open({ ...settings, tls })(origin)).body.toString()).toBe('my-api')
    await expect(open(settings)(origin)).rejects.toMatchObject({ kind: 'tls' })
    expect(proxy.asked).toEqual([`CONNECT ${host}`, `CONNECT ${host}`])
  })

  it('is asked for HTTP where it is named for that, and for nothing that NO_PROXY names', async () => {
    const { origin } = await openHttpStub((_request, response) => response.end('of the server'))
    const proxy = await openProxy()
    const body = async (settings: HttpSettings['proxy']) =>
      (await open({ proxy: settings })(`${origin}/x`)).body.toString()
    expect(await body({ httpProxy: proxy.origin })).toBe('of the proxy')
    expect(await body({ httpsProxy: proxy.origin })).toBe('of the server')
    expect(await body({ httpProxy: proxy.origin, noProxy: 'example.com,127.0.0.1' })).toBe('of the server')
    expect(proxy.asked).toEqual([`GET ${origin}/x`])
  })

  it('shows no password of its own in an error', async () => {
    const { origin } = await server()
    const httpsProxy = 'http://user:canary@127.0.0.1:1'
    const error: unknown = await open({ proxy: { httpsProxy } })(origin).catch(thrown => thrown)
    expect(error).toMatchObject({ kind: 'connect' })
    expect(JSON.stringify(error) + String(error)).not.toContain('canary@')
  })
})

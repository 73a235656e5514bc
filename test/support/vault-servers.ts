import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDevStore } from '../../src/dev-store/dev-store.ts'
import { createHttpClient } from '../../src/platform/http.ts'
import { serverKeyPem, serverPem } from './certificates.ts'
import { freePort } from './free-port.ts'
import { waitUntil } from './wait-until.ts'

/** A server that speaks Vault's protocol, with the token of its operator. */
export interface VaultServer extends AsyncDisposable {
  /** With `tls`, over TLS, with the server's certificate of certificates.ts; client certificates are asked for. */
  readonly address: string
  readonly rootToken: string
  readonly unsealKey: string
  /** One call as the operator; answers the whole body. */
  call(
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Record<string, unknown>>
}

export interface VaultServerKind {
  readonly name: string
  readonly embedded: boolean
  start(options?: { readonly tls: boolean }): Promise<VaultServer>
}

/** The embedded store always, and a real server where `bao` or `vault` is on PATH or KEYTURN_TEST_VAULT names one. */
export function vaultServerKinds(): VaultServerKind[] {
  const embedded: VaultServerKind = { name: 'the embedded store', embedded: true, start: startEmbedded }
  for (const binary of [process.env['KEYTURN_TEST_VAULT'], 'bao', 'vault']) {
    if (binary === undefined || binary === '') continue
    const { status, stdout } = spawnSync(binary, ['version'], { encoding: 'utf8' })
    if (status !== 0) continue
    return [
      embedded,
      {
        name: stdout.trim().split(',')[0] ?? '',
        embedded: false,
        start: options => startReal(binary, options),
      },
    ]
  }
  return [embedded]
}

async function startEmbedded({ tls } = { tls: false }): Promise<VaultServer> {
  const store = await openDevStore(tls ? { tls: { cert: serverPem, key: serverKeyPem } } : {})
  const { address, rootToken, unsealKey } = store
  return { address, unsealKey, ...operatorAt(address, rootToken, () => store.close()) }
}

async function startReal(binary: string, { tls } = { tls: false }): Promise<VaultServer> {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-vault-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const rootToken = 'root-of-the-test-server'
  const file = (name: string, content: string) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  const tcp = {
    address: `127.0.0.1:${tlsPort}`,
    tls_cert_file: file('cert.pem', serverPem),
    tls_key_file: file('key.pem', serverKeyPem),
  }
  const child = spawn(
    binary,
    [
      'server',
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${rootToken}`,
      `-dev-listen-address=127.0.0.1:${port}`,
      `-config=${file('server.json', JSON.stringify({ listener: { tcp } }))}`,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], HOME: directory } },
  )
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await waitUntil(() => {
    if (child.exitCode !== null) throw new Error(`${binary} ended with ${child.exitCode}`)
    return printed.includes('Root Token: ')
  })
  const address = `http://127.0.0.1:${port}`
  return {
    ...operatorAt(address, rootToken, async () => {
      await killed(child)
      rmSync(directory, { recursive: true })
    }),
    address: tls ? `https://127.0.0.1:${tlsPort}` : address,
    unsealKey: /Unseal Key: (\S+)/.exec(printed)?.[1] ?? '',
  }
}

function operatorAt(address: string, rootToken: string, close: () => Promise<unknown>) {
  const http = createHttpClient({
    maxConnections: 4,
    timeoutMs: 20_000,
    maxBytes: 4_000_000,
    tls: { skipVerify: true },
  })
  const call: VaultServer['call'] = async (method, path, body, headers = {}) => {
    const response = await http.request({
      method,
      url: `${address}/v1/${path}`,
      headers: { 'x-vault-token': rootToken, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: new AbortController().signal,
    })
    const text = response.body.toString()
    if (response.status > 299) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  }
  return {
    rootToken,
    call,
    async [Symbol.asyncDispose]() {
      await http.close()
      await close()
    },
  }
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.once('close', () => resolve())
    child.kill('SIGKILL')
  })
}

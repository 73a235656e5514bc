import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { openDevStore } from '../../src/dev-store/dev-store.ts'
import { waitUntil } from './wait-until.ts'

/** A server that speaks Vault's protocol, with the token of its operator. */
export interface VaultServer extends AsyncDisposable {
  readonly address: string
  readonly rootToken: string
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
  start(): Promise<VaultServer>
}

/** The embedded store always, and a real server where a binary is there. */
export function vaultServerKinds(): VaultServerKind[] {
  const binary = realBinary()
  const embedded: VaultServerKind = { name: 'the embedded store', start: startEmbedded }
  if (binary === undefined) return [embedded]
  return [embedded, { name: `a real server (${binary.split('/').at(-1)})`, start: () => startReal(binary) }]
}

function realBinary(): string | undefined {
  const named = process.env['KEYTURN_TEST_VAULT']
  if (named !== undefined && named !== '') return named
  return ['bao', 'vault'].find(name => spawnSync(name, ['version']).status === 0)
}

async function startEmbedded(): Promise<VaultServer> {
  const store = await openDevStore()
  return serverAt(store.address, store.rootToken, () => store.close())
}

async function startReal(binary: string): Promise<VaultServer> {
  const port = await freePort()
  const rootToken = 'root-of-the-test-server'
  const address = `http://127.0.0.1:${port}`
  const child = spawn(
    binary,
    [
      'server',
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${rootToken}`,
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: '/tmp' } },
  )
  await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error(`${binary} ended with ${child.exitCode}`)
    const response = await fetch(`${address}/v1/sys/health`).catch(() => undefined)
    return response?.ok === true
  })
  return serverAt(address, rootToken, async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  })
}

function serverAt(address: string, rootToken: string, close: () => Promise<unknown>): VaultServer {
  return {
    address,
    rootToken,
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${address}/v1/${path}`, {
        method,
        headers: { 'x-vault-token': rootToken, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    },
    async [Symbol.asyncDispose]() {
      await close()
    },
  }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHttpClient } from '../../src/platform/http.ts'
import { freePort } from './free-port.ts'
import { waitUntil } from './wait-until.ts'

/** AWS as moto imitates it: Secrets Manager, STS, IAM, and the instance metadata service. */
export interface Moto extends AsyncDisposable {
  readonly address: string
  /** From now on, after `calls` more, IAM policies count. */
  enforcePoliciesAfter(calls: number): Promise<void>
}

/**
 * Whether moto can be started here; says so by name where it cannot. In CI it is taken to be there, so that the tests fail where
 * it is not.
 */
export function hasMoto(): boolean {
  const found = spawnSync('sh', ['-c', 'command -v moto_server']).status === 0
  if (found || process.env['CI'] !== undefined) return true
  console.log('AWS is not tested: no moto_server on PATH (python3 -m pip install "moto[server]")')
  return false
}

/** @throws where `moto_server` (of the Python package `moto[server]`) is not on PATH */
export async function startMoto(): Promise<Moto> {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  let failure: Error | undefined
  server.on('error', error => {
    failure = error
  })
  const http = createHttpClient({ maxConnections: 1, timeoutMs: 2_000, maxBytes: 1_000_000 })
  const ask = (method: string, path: string, body?: string) =>
    http.request({ method, url: address + path, body, signal: new AbortController().signal })
  await waitUntil(async () => {
    if (failure !== undefined || server.exitCode !== null) {
      throw new Error('moto_server cannot be started: python3 -m pip install "moto[server]"', {
        cause: failure,
      })
    }
    return ask('GET', '/moto-api/data.json').then(
      () => true,
      () => false,
    )
  })
  return {
    address,
    async enforcePoliciesAfter(calls) {
      await ask('POST', '/moto-api/reset-auth', String(calls))
    },
    async [Symbol.asyncDispose]() {
      await http.close()
      await stop(server)
    },
  }
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGKILL')
  await ended
}

import { createServer, type IncomingMessage } from 'node:http'
import type { Clock, Provider, Random } from '../../src/core/ports.ts'
import type { VaultAuth, VaultSettings } from '../../src/providers/vault/settings.ts'
import { openVaultProvider } from '../../src/providers/vault/vault.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-ends.ts'
import { createVirtualClock } from './virtual-clock.ts'

export interface StubAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** As it is for a text, else as JSON. */
  readonly body?: unknown
}

export interface VaultStub extends AsyncDisposable {
  readonly address: string
  readonly requests: readonly { path: string; headers: IncomingMessage['headers']; body: string }[]
  /** Answers by path below `/v1/`, with its query; a path that is absent here is 404. */
  readonly answers: Record<string, StubAnswer | ((body: string) => StubAnswer | Promise<StubAnswer>)>
  open(settings?: Partial<VaultSettings>, clock?: Clock, random?: Random): Provider
  readonly journal: MemoryJournal
  countOf(path: string): number
}

export const stubAuth: VaultAuth = { method: 'cert', mount: 'cert' }

/** The answer to a login or a renewal. */
export function tokenAnswer(token: string, ttlSeconds: number, renewable = true): StubAnswer {
  return { body: { auth: { client_token: token, lease_duration: ttlSeconds, renewable } } }
}

/** A server that says what a test puts into its mouth, and lets everyone in. It has KV v2 at `secret/`. */
export async function openVaultStub(): Promise<VaultStub> {
  const requests: { path: string; headers: IncomingMessage['headers']; body: string }[] = []
  const journal = createMemoryJournal()
  const opened: Provider[] = []
  const answers: VaultStub['answers'] = { 'auth/cert/login': tokenAnswer('t-1', 3_600) }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const path = (request.url ?? '').replace('/v1/', '')
    requests.push({ path, headers: request.headers, body })
    const isProbe = path.startsWith('sys/internal/ui/mounts/secret/') && !(path in answers)
    const found = isProbe ? kv2Probe : answers[path]
    const answer =
      typeof found === 'function' ? await found(body) : (found ?? { status: 404, body: { errors: [] } })
    response.writeHead(answer.status ?? 200, answer.headers)
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`
  return {
    address,
    requests,
    answers,
    journal,
    countOf: path => requests.filter(request => request.path === path).length,
    open(settings = {}, clock = createVirtualClock(), random = () => 0.5) {
      const limits = { timeoutMs: 5_000, maxConnections: 10, maxBytes: 65_536 }
      const provider = openVaultProvider(
        { type: 'vault', name: 'vault', address, auth: stubAuth, onExit: 'keep', ...limits, ...settings },
        { clock, random, journal },
      )
      opened.push(provider)
      return provider
    },
    async [Symbol.asyncDispose]() {
      for (const provider of opened) await provider.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const kv2Probe: StubAnswer = { body: { data: { path: 'secret/', type: 'kv', options: { version: '2' } } } }

/** The answer to a read of KV v2. */
export function kv2Answer(data: object, version = 1, createdTime = '2030-01-01T00:00:00Z'): StubAnswer {
  return { body: { data: { data, metadata: { version, created_time: createdTime } } } }
}

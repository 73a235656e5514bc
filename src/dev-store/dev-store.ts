import type { Lease } from './leases.ts'
import { answerRequest } from './router.ts'
import { applySeed, type Seed } from './seed.ts'
import { newState, type State, type Store } from './state.ts'
import { loadState, saveState } from './state-file.ts'
import { createToken, randomText } from './tokens.ts'
import { listen } from './wire-server.ts'

export interface DevStoreOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any that is free. */
  readonly port?: number
  /** PEM. With it the store speaks TLS and asks for a client certificate. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
  /** Keeps the state across restarts; without it everything is gone at the end. */
  readonly dataFile?: string
  /** Default: the data file's, else a random one. */
  readonly rootToken?: string
  readonly clock?: { now(): number }
  readonly seed?: Seed
  readonly log?: (line: string) => void
}

export interface RecordedRequest {
  readonly method: string
  /** Below `/v1/`, without the query. */
  readonly path: string
  readonly namespace: string
  readonly status: number
}

export interface DevStore extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly rootToken: string
  /** What `sys/unseal` takes. */
  readonly unsealKey: string
  /** Every request since the start, oldest first, in the order of their answers; grows as they come. */
  readonly requests: readonly RecordedRequest[]
  /** Every leased credential, also those that have ended. */
  leases(): readonly Lease[]
  seal(): void
  unseal(): void
  close(): Promise<void>
}

const maxRequests = 20_000

/**
 * Opens the embedded development store: Vault's wire protocol, in memory. Not for production: it keeps its data in
 * plain text, and its root token opens everything.
 */
export async function openDevStore(options: DevStoreOptions = {}): Promise<DevStore> {
  const { dataFile, log = () => {} } = options
  const store = openStore(options)
  const save = () => {
    if (store.changed && dataFile !== undefined) saveState(dataFile, store.state)
    store.changed = false
  }
  if (options.seed) applySeed(store, options.seed)
  save()

  const requests: RecordedRequest[] = []
  const server = await listen({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    tls: options.tls,
    answer(request) {
      try {
        return answerRequest(store, request)
      } finally {
        save()
      }
    },
    record(request) {
      requests.push(request)
      if (requests.length > maxRequests) requests.shift()
    },
  })
  log('this is a development store, not for production: data in plain text, one root token, no audit')
  log(
    `listening on ${server.address}, keeping data ${dataFile === undefined ? 'in memory' : `in ${dataFile}`}`,
  )

  return {
    address: server.address,
    rootToken: store.state.rootToken,
    unsealKey: store.state.unsealKey,
    requests,
    leases: () => Object.values(store.state.leases),
    seal() {
      store.sealed = true
    },
    unseal() {
      store.sealed = false
    },
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function openStore(options: DevStoreOptions): Store {
  const clock = options.clock ?? { now: () => Date.now() }
  const kept = options.dataFile === undefined ? undefined : loadState(options.dataFile)
  const state = kept ?? newState(options.rootToken ?? `s.${randomText(24)}`)
  const store: Store = { state, sealed: false, changed: true, now: () => clock.now() }
  if (options.rootToken !== undefined && options.rootToken !== state.rootToken) {
    delete state.tokens[state.rootToken]
    state.rootToken = options.rootToken
  }
  if (state.tokens[state.rootToken] === undefined) createRootToken(store, state)
  return store
}

function createRootToken(store: Store, state: State): void {
  const namespace = state.namespaces['']
  if (namespace === undefined) throw new Error('the data has no root namespace')
  createToken(store, {
    namespace,
    id: state.rootToken,
    policies: ['root'],
    path: 'auth/token/root',
    displayName: 'root',
    meta: null,
    limits: { ttl: 0, maxTtl: 0, explicitMaxTtl: 0, period: 0 },
  })
}

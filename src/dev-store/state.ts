import { randomBytes, randomUUID } from 'node:crypto'
import { emptyObject } from './go-json.ts'
import type { Lease } from './leases.ts'
import { addMount, type Mount } from './mounts.ts'
import type { Token } from './tokens.ts'
import type { Wrapped } from './wrapping.ts'

/** Everything the store knows; it is what `--data` keeps. Times are milliseconds since the epoch. */
export interface State {
  readonly clusterId: string
  readonly unsealKey: string
  rootToken: string
  /** By path: '' for the root namespace, else 'team/' or 'team/a/'. */
  readonly namespaces: Record<string, Namespace>
  /** By token. */
  readonly tokens: Record<string, Token>
  /** By lease id. */
  readonly leases: Record<string, Lease>
  /** By wrapping token. */
  readonly wrapped: Record<string, Wrapped>
}

export interface Namespace {
  readonly id: string
  readonly path: string
  /** Policies as written, by name. */
  readonly policies: Record<string, string>
  /** By path with its slash: 'secret/', 'auth/approle/'. */
  readonly mounts: Record<string, Mount>
}

/** What every engine works on. */
export interface Store {
  readonly state: State
  sealed: boolean
  /** Set by what changes the state, so that it is written before the answer goes out. */
  changed: boolean
  /** Milliseconds since the epoch, by the store's clock. */
  now(): number
}

/** A store as `vault server -dev` begins: unsealed, with KV v2 at `secret/`. */
export function newState(rootToken: string): State {
  const state: State = {
    clusterId: randomUUID(),
    unsealKey: randomBytes(32).toString('base64'),
    rootToken,
    namespaces: emptyObject(),
    tokens: emptyObject(),
    leases: emptyObject(),
    wrapped: emptyObject(),
  }
  const root = addNamespace(state, '', 'root')
  addMount(root, 'secret/', {
    type: 'kv',
    description: 'key/value secret storage',
    options: { version: '2' },
  })
  return state
}

export function addNamespace(state: State, path: string, id: string): Namespace {
  const namespace: Namespace = { id, path, policies: emptyObject(), mounts: emptyObject() }
  addMount(namespace, 'sys/', {
    type: 'system',
    description: 'system endpoints used for control, policy and debugging',
  })
  addMount(namespace, 'auth/token/', { type: 'token', description: 'token based credentials' })
  state.namespaces[path] = namespace
  return namespace
}

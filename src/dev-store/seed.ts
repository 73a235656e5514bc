import { readFileSync } from 'node:fs'
import { isJsonObject, type JsonObject, parseJson } from './go-json.ts'
import { findMount } from './mounts.ts'
import { Refusal } from './refusal.ts'
import type { Operation } from './route.ts'
import { answerRequest } from './router.ts'
import type { Store } from './state.ts'

/**
 * What a store begins with. Applied at every start: mounts, policies and roles are brought to what is written here,
 * secrets and secret ids only made where they are missing, so that a rotation outlives a restart.
 */
export interface Seed {
  /** Secrets engines by path: `{ "kv": { "type": "kv", "options": { "version": "1" } } }`. KV v2 at `secret` is always there. */
  readonly mounts?: Readonly<Record<string, JsonObject>>
  /** Auth methods by path; that of `approle` below is made by itself. */
  readonly auth?: Readonly<Record<string, JsonObject>>
  /** Policies by name, as HCL. */
  readonly policies?: Readonly<Record<string, string>>
  /** Secrets by `mount/path`, without `data/`. */
  readonly kv?: Readonly<Record<string, JsonObject>>
  /** Roles of `auth/approle` by name: the role's own fields, and beside them `role_id` and `secret_id`. */
  readonly approle?: Readonly<Record<string, JsonObject>>
  /** Everything else: bodies by path, written as a client would (`auth/jwt/config`, `database/roles/app`). */
  readonly writes?: Readonly<Record<string, JsonObject>>
}

const sections = ['mounts', 'auth', 'policies', 'kv', 'approle', 'writes']

/** @throws Error where the file is not a seed */
export function readSeed(path: string): Seed {
  const seed = parseJson(readFileSync(path, 'utf8'))
  if (!isJsonObject(seed)) throw new Error(`seed "${path}" is not an object`)
  const stranger = Object.keys(seed).find(key => !sections.includes(key))
  if (stranger !== undefined) throw new Error(`seed "${path}" has an unknown section "${stranger}"`)
  const broken = Object.keys(seed).find(key => !isJsonObject(seed[key]))
  if (broken !== undefined) throw new Error(`section "${broken}" of seed "${path}" is not an object`)
  return seed
}

/** @throws Error naming what the store refused */
export function applySeed(store: Store, seed: Seed): void {
  const mounts = store.state.namespaces['']?.mounts ?? {}
  const auth = seed.approle === undefined ? seed.auth : { approle: { type: 'approle' }, ...seed.auth }

  for (const [path, body] of Object.entries(seed.mounts ?? {})) {
    if (mounts[`${path}/`] === undefined) write(store, `sys/mounts/${path}`, body)
  }
  for (const [path, body] of Object.entries(auth ?? {})) {
    if (mounts[`auth/${path}/`] === undefined) write(store, `sys/auth/${path}`, body)
  }
  for (const [name, policy] of Object.entries(seed.policies ?? {}))
    write(store, `sys/policies/acl/${name}`, { policy })
  for (const [path, data] of Object.entries(seed.kv ?? {})) seedSecret(store, path, data)
  for (const [name, role] of Object.entries(seed.approle ?? {})) seedAppRole(store, name, role)
  for (const [path, body] of Object.entries(seed.writes ?? {})) write(store, path, body)
}

function seedSecret(store: Store, path: string, data: JsonObject): void {
  const root = store.state.namespaces['']
  const found = root === undefined ? undefined : findMount(root, path)
  if (found === undefined) throw new Error(`seed: no secrets engine at "${path}"`)
  const version2 = found.mount.options?.['version'] === '2'
  const target = version2 ? `${found.path}data/${path.slice(found.path.length)}` : path
  if (!exists(store, 'read', target, {})) write(store, target, version2 ? { data } : data)
}

function seedAppRole(store: Store, name: string, role: JsonObject): void {
  const { secret_id: secretId, ...body } = role
  const path = `auth/approle/role/${name}`
  write(store, path, body)
  if (secretId === undefined) return
  const id = { secret_id: secretId }
  if (!exists(store, 'write', `${path}/secret-id/lookup`, id)) write(store, `${path}/custom-secret-id`, id)
}

function exists(store: Store, operation: Operation, path: string, body: JsonObject): boolean {
  try {
    return send(store, operation, path, body) === 200
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return false
    throw error
  }
}

function write(store: Store, path: string, body: JsonObject): void {
  try {
    send(store, 'write', path, body)
  } catch (error) {
    if (error instanceof Refusal) throw new Error(`seed: "${path}" was refused: ${error.errors.join(', ')}`)
    throw error
  }
}

function send(store: Store, operation: Operation, path: string, body: JsonObject): number {
  const { status } = answerRequest(store, {
    operation,
    path,
    body,
    namespace: '',
    token: store.state.rootToken,
    wrapTtl: '',
    query: new URLSearchParams(),
    peerCertificate: undefined,
  })
  return status
}

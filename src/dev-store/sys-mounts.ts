import { mapField, textField } from './fields.ts'
import { isJsonObject, type JsonObject } from './go-json.ts'
import { parseSeconds } from './go-time.ts'
import { addMount, findMount, type Mount, systemTtlSeconds } from './mounts.ts'
import { reachesMount } from './policies.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import type { Namespace } from './state.ts'

const secretsEngines = ['kv', 'database', 'pki', 'transit']
const authMethods = ['approle', 'jwt', 'kubernetes', 'cert']

/** `sys/mounts`, `sys/auth`, and what a client asks to learn a KV mount's version. */
export const mountRoutes: readonly Route[] = [
  {
    operations: ['read'],
    pattern: 'mounts',
    run: call => ({ data: describeAll(secretMounts(call)), spread: true }),
  },
  {
    operations: ['read'],
    pattern: 'auth',
    run: call => ({ data: describeAll(authMounts(call)), spread: true }),
  },
  { operations: ['read', 'write'], pattern: 'mounts/*path', run: call => oneMount(call, '') },
  { operations: ['read', 'write'], pattern: 'auth/*path', run: call => oneMount(call, 'auth/') },
  { operations: ['delete'], pattern: 'mounts/*path', run: call => remove(call, '') },
  { operations: ['delete'], pattern: 'auth/*path', run: call => remove(call, 'auth/') },
  { operations: ['read'], pattern: 'internal/ui/mounts', open: true, run: listReachable },
  { operations: ['read'], pattern: 'internal/ui/mounts/*path', open: true, run: preflight },
]

/** Answers the mount a path lies in, to a token that can reach it; does not betray which mounts there are. */
function preflight(call: Call): Answer {
  const token = call.token ?? refuse(403, 'permission denied')
  const path = `${param(call, 'path').replace(/\/+$/, '')}/`
  const found = findMount(call.namespace, path)
  if (found === undefined || !reachesMount(call.store.state, token, call.namespace.path + found.path)) {
    const advice = `please ensure client's policies grant access to path "${path}"`
    return refuse(403, `preflight capability check returned 403, ${advice}`)
  }
  return { data: { ...describe(found.mount), path: found.path.replace(/^auth\//, '') } }
}

function listReachable(call: Call): Answer {
  const reachable = (mounts: [string, Mount][]) =>
    mounts.filter(
      ([path]) => call.token && reachesMount(call.store.state, call.token, call.namespace.path + path),
    )
  return {
    data: {
      auth: describeAll(reachable(authMounts(call))),
      secret: describeAll(reachable(secretMounts(call))),
    },
  }
}

function oneMount(call: Call, table: 'auth/' | ''): Answer | undefined {
  const tuned = param(call, 'path').match(/^(.*)\/tune$/)?.[1]
  const path = `${table}${(tuned ?? param(call, 'path')).replace(/\/*$/, '/')}`
  if (tuned === undefined && call.operation === 'write') return create(call, path)
  const mount = call.namespace.mounts[path] ?? refuse(400, `No secret engine mount at ${path}`)
  if (tuned === undefined) return { data: describe(mount), spread: true }
  if (call.operation === 'write') return tune(mount, call.body)
  return {
    data: {
      default_lease_ttl: mount.config.default_lease_ttl || systemTtlSeconds,
      max_lease_ttl: mount.config.max_lease_ttl || systemTtlSeconds,
      description: mount.description,
      force_no_cache: false,
      options: mount.options,
    },
    spread: true,
  }
}

function create({ namespace, body }: Call, path: string): undefined {
  const asked = textField(body, 'type')
  const [type, version] =
    asked === 'kv-v2' ? ['kv', '2'] : asked === 'kv-v1' ? ['kv', '1'] : [asked, undefined]
  const catalog = path.startsWith('auth/') ? authMethods : secretsEngines
  if (!catalog.includes(type)) refuse(400, `plugin not found in the catalog: ${asked}`)
  const taken = conflicting(namespace, path)
  if (taken !== undefined) refuse(400, `path is already in use at ${taken.replace(/^auth\//, '')}`)
  const options = { ...mapField(body, 'options'), ...(version === undefined ? {} : { version }) }
  const config = isJsonObject(body['config']) ? body['config'] : {}
  addMount(namespace, path, {
    type,
    description: textField(body, 'description'),
    options: type === 'kv' ? { version: '1', ...options } : options,
    defaultLeaseSeconds: parseSeconds(config['default_lease_ttl'], 'default_lease_ttl'),
    maxLeaseSeconds: parseSeconds(config['max_lease_ttl'], 'max_lease_ttl'),
  })
}

function conflicting(namespace: Namespace, path: string): string | undefined {
  return Object.keys(namespace.mounts).find(mount => mount.startsWith(path) || path.startsWith(mount))
}

function tune(mount: Mount, body: JsonObject): undefined {
  if (body['description'] !== undefined) mount.description = textField(body, 'description')
  for (const name of ['default_lease_ttl', 'max_lease_ttl'] as const) {
    if (body[name] !== undefined) mount.config[name] = parseSeconds(body[name], name)
  }
}

function remove(call: Call, table: 'auth/' | ''): undefined {
  const path = `${table}${param(call, 'path').replace(/\/*$/, '/')}`
  if (path === 'sys/' || path === 'auth/token/') refuse(400, `cannot unmount "${path}"`)
  delete call.namespace.mounts[path]
  const { state, now } = call.store
  for (const lease of Object.values(state.leases)) {
    if (lease.endedAt === null && lease.path.startsWith(call.namespace.path + path)) lease.endedAt = now()
  }
}

function secretMounts(call: Call): [string, Mount][] {
  return Object.entries(call.namespace.mounts).filter(([path]) => !path.startsWith('auth/'))
}

function authMounts(call: Call): [string, Mount][] {
  return Object.entries(call.namespace.mounts).filter(([path]) => path.startsWith('auth/'))
}

function describeAll(mounts: readonly [string, Mount][]): Record<string, JsonObject> {
  return Object.fromEntries(mounts.map(([path, mount]) => [path.replace(/^auth\//, ''), describe(mount)]))
}

function describe(mount: Mount): JsonObject {
  return {
    accessor: mount.accessor,
    config: { ...mount.config, force_no_cache: false },
    deprecation_status: 'supported',
    description: mount.description,
    external_entropy_access: false,
    local: false,
    options: mount.options,
    plugin_version: '',
    running_plugin_version: 'v2.0.0+builtin.bao',
    running_sha256: '',
    seal_wrap: false,
    type: mount.type,
    uuid: mount.uuid,
  }
}

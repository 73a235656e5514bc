import { isJsonObject, type JsonObject } from './go-json.ts'
import { parseDuration } from './go-time.ts'
import { listKeys } from './list-keys.ts'
import { systemTtlSeconds, table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'

/** KV version 1: one body per path, as it was written. */
export const kv1Routes: readonly Route[] = [
  { operations: ['list'], pattern: '*path', run: call => listKeys(secrets(call), param(call, 'path')) },
  { operations: ['read'], pattern: '*path', run: read },
  {
    operations: ['write'],
    pattern: '*path',
    replaces: call => secrets(call)[param(call, 'path')] !== undefined,
    run: write,
  },
  { operations: ['delete'], pattern: '*path', run: remove },
]

function secrets(call: Call): Record<string, JsonObject> {
  return table<JsonObject>(call.mount, 'secrets')
}

/** The lease duration is the secret's own `ttl` where it has one: a hint how soon to read again, not a lease. */
function read(call: Call): Answer {
  const data = secrets(call)[param(call, 'path')]
  if (!isJsonObject(data)) return refuse(404)
  return { data, leaseDuration: ownTtl(data) || call.mount.config.default_lease_ttl || systemTtlSeconds }
}

function write(call: Call): undefined {
  if (Object.keys(call.body).length === 0) refuse(400, 'missing data fields')
  const path = param(call, 'path')
  if (path === '' || path.endsWith('/')) refuse(400, "cannot write to a path ending in '/'")
  secrets(call)[path] = call.body
}

function remove(call: Call): undefined {
  delete secrets(call)[param(call, 'path')]
}

function ownTtl(data: JsonObject): number {
  return parseDuration(data['ttl'] ?? data['lease']) ?? 0
}

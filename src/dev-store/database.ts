import { flagField, listField, textField } from './fields.ts'
import type { JsonObject } from './go-json.ts'
import { parseSeconds } from './go-time.ts'
import { issueLease } from './leases.ts'
import { listKeys } from './list-keys.ts'
import { removeRow, table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { randomText } from './tokens.ts'

interface DatabaseRole {
  readonly db_name: string
  readonly creation_statements: string[]
  readonly credential_type: string
  /** Seconds. */
  readonly default_ttl: number
  /** Seconds. */
  readonly max_ttl: number
  /** Vault's are always renewable; here a role may say no, to show a client such leases. */
  readonly renewable: boolean
}

/** The database engine without a database: user names and passwords made up on each read, with real leases. */
export const databaseRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'config', run: call => listKeys(connections(call), '') },
  {
    operations: ['read'],
    pattern: 'config/:name',
    run: call => ({ data: connections(call)[param(call, 'name')] ?? refuse(404) }),
  },
  { operations: ['write'], pattern: 'config/:name', run: writeConnection },
  {
    operations: ['delete'],
    pattern: 'config/:name',
    run: call => removeRow(connections(call), param(call, 'name')),
  },
  { operations: ['list'], pattern: 'roles', run: call => listKeys(roles(call), '') },
  {
    operations: ['read'],
    pattern: 'roles/:name',
    run: call => ({ data: roles(call)[param(call, 'name')] ?? refuse(404) }),
  },
  { operations: ['write'], pattern: 'roles/:name', run: writeRole },
  {
    operations: ['delete'],
    pattern: 'roles/:name',
    run: call => removeRow(roles(call), param(call, 'name')),
  },
  { operations: ['read'], pattern: 'creds/:name', run: issue },
]

/** Nobody is connected to: what a client wrote is kept, so that one set-up serves this store and a real one. */
function connections(call: Call): Record<string, JsonObject> {
  return table<JsonObject>(call.mount, 'config')
}

function writeConnection(call: Call): undefined {
  const { password: _, ...connection } = call.body
  connections(call)[param(call, 'name')] = connection
}

function roles(call: Call): Record<string, DatabaseRole> {
  return table<DatabaseRole>(call.mount, 'roles')
}

function writeRole(call: Call): undefined {
  const { body } = call
  roles(call)[param(call, 'name')] = {
    db_name: textField(body, 'db_name'),
    creation_statements: listField(body, 'creation_statements'),
    credential_type: 'password',
    default_ttl: parseSeconds(body['default_ttl'], 'default_ttl'),
    max_ttl: parseSeconds(body['max_ttl'], 'max_ttl'),
    renewable: flagField(body, 'renewable', true),
  }
}

function issue(call: Call): Answer {
  const name = param(call, 'name')
  const role = roles(call)[name] ?? refuse(400, `unknown role: ${name}`)
  const { config } = call.mount
  const limits = {
    ttl: role.default_ttl || config.default_lease_ttl,
    maxTtl: role.max_ttl || config.max_lease_ttl,
    explicitMaxTtl: 0,
    period: 0,
  }
  const { lease, warnings } = issueLease(call, limits, role.renewable)
  const username = `v-${call.token?.displayName ?? 'token'}-${name}-${randomText(20)}`
  return { data: { password: randomText(20), username }, lease, warnings }
}

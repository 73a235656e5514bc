import { randomUUID } from 'node:crypto'
import { flagField, numberField, textField } from './fields.ts'
import { parseSeconds } from './go-time.ts'
import { listKeys } from './list-keys.ts'
import { table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { logIn, type TokenParameters, tokenParameters } from './token-parameters.ts'

export interface AppRole extends TokenParameters {
  readonly role_id: string
  readonly bind_secret_id: boolean
  readonly secret_id_num_uses: number
  /** Seconds; 0 for no end. */
  readonly secret_id_ttl: number
}

export interface SecretId {
  readonly role: string
  readonly accessor: string
  readonly createdAt: number
  readonly expiresAt: number | null
  /** Seconds. */
  readonly ttl: number
  readonly metadata: Record<string, string>
  /** 0 without limit. */
  usesLeft: number
  updatedAt: number
}

/** The AppRole method: roles and logins; `approle-secret-id.ts` has the other half of the credential. */
export const appRoleRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'role', run: call => listKeys(appRoles(call), '') },
  { operations: ['read'], pattern: 'role/:name', run: read },
  {
    operations: ['write'],
    pattern: 'role/:name',
    replaces: call => appRoles(call)[param(call, 'name')] !== undefined,
    run: write,
  },
  { operations: ['delete'], pattern: 'role/:name', run: remove },
  {
    operations: ['read'],
    pattern: 'role/:name/role-id',
    run: readRoleId,
  },
  { operations: ['write'], pattern: 'role/:name/role-id', run: setRoleId },
  { operations: ['write'], pattern: 'login', open: true, run: login },
]

export function appRoles(call: Call): Record<string, AppRole> {
  return table<AppRole>(call.mount, 'roles')
}

export function appRole(call: Call): AppRole {
  const name = param(call, 'name')
  return appRoles(call)[name] ?? refuse(404, `role "${name}" does not exist`)
}

/** By secret id. */
export function secretIds(call: Call): Record<string, SecretId> {
  return table<SecretId>(call.mount, 'secret-ids')
}

/** A secret id of a role that is still good; expired ones are forgotten here. */
export function liveSecretId(call: Call, role: string, id: string): SecretId | undefined {
  const found = secretIds(call)[id]
  if (found === undefined || found.role !== role) return undefined
  if (found.expiresAt === null || found.expiresAt > call.store.now()) return found
  delete secretIds(call)[id]
  return undefined
}

function read(call: Call): Answer {
  const { role_id: _, ...role } = appRoles(call)[param(call, 'name')] ?? refuse(404)
  const unlimited = { secret_id_bound_cidrs: null, token_bound_cidrs: [], token_strictly_bind_ip: false }
  return { data: { ...role, ...unlimited, local_secret_ids: false, token_type: 'default' } }
}

function write(call: Call): undefined {
  const { body } = call
  const before = appRoles(call)[param(call, 'name')]
  appRoles(call)[param(call, 'name')] = {
    ...tokenParameters(body, before),
    role_id: textField(body, 'role_id') || (before?.role_id ?? randomUUID()),
    bind_secret_id: flagField(body, 'bind_secret_id', before?.bind_secret_id ?? true),
    secret_id_num_uses:
      body['secret_id_num_uses'] === undefined
        ? (before?.secret_id_num_uses ?? 0)
        : numberField(body, 'secret_id_num_uses'),
    secret_id_ttl:
      body['secret_id_ttl'] === undefined
        ? (before?.secret_id_ttl ?? 0)
        : parseSeconds(body['secret_id_ttl'], 'secret_id_ttl'),
  }
}

function remove(call: Call): undefined {
  delete appRoles(call)[param(call, 'name')]
  for (const [id, { role }] of Object.entries(secretIds(call))) {
    if (role === param(call, 'name')) delete secretIds(call)[id]
  }
}

function readRoleId(call: Call): Answer {
  const role = appRoles(call)[param(call, 'name')] ?? refuse(404)
  return { data: { role_id: role.role_id } }
}

function setRoleId(call: Call): undefined {
  const roleId = textField(call.body, 'role_id')
  if (roleId === '') refuse(400, 'missing role_id')
  appRoles(call)[param(call, 'name')] = { ...appRole(call), role_id: roleId }
}

function login(call: Call): Answer {
  const roleId = textField(call.body, 'role_id').trim()
  if (roleId === '') refuse(500, 'missing role_id')
  const [name, role] =
    Object.entries(appRoles(call)).find(([, { role_id }]) => role_id === roleId) ?? invalid()
  const metadata = role.bind_secret_id ? useSecretId(call, name) : {}
  return logIn(call, role, { displayName: 'approle', meta: { ...metadata, role_name: name } })
}

function useSecretId(call: Call, role: string): Record<string, string> {
  const id = textField(call.body, 'secret_id').trim()
  if (id === '') refuse(400, 'missing secret_id')
  const secretId = liveSecretId(call, role, id) ?? invalid()
  if (secretId.usesLeft === 1) delete secretIds(call)[id]
  else if (secretId.usesLeft > 1) secretId.usesLeft -= 1
  secretId.updatedAt = call.store.now()
  return secretId.metadata
}

function invalid(): never {
  return refuse(400, 'invalid role or secret ID')
}

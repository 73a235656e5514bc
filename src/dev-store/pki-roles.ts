import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { flagField, listField, textField } from './fields.ts'
import type { JsonObject } from './go-json.ts'
import { parseSeconds } from './go-time.ts'
import { listKeys } from './list-keys.ts'
import { removeRow, table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'

export interface PkiRole {
  readonly allow_any_name: boolean
  readonly allow_bare_domains: boolean
  readonly allow_localhost: boolean
  readonly allow_subdomains: boolean
  readonly allowed_domains: readonly string[]
  readonly generate_lease: boolean
  readonly key_type: 'rsa' | 'ec'
  /** Seconds. */
  readonly max_ttl: number
  /** Seconds. */
  readonly ttl: number
}

export const pkiRoleRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'roles', run: call => listKeys(roles(call), '') },
  { operations: ['read'], pattern: 'roles/:name', run: call => ({ data: roleOf(call) ?? refuse(404) }) },
  { operations: ['write'], pattern: 'roles/:name', run: writeRole },
  {
    operations: ['delete'],
    pattern: 'roles/:name',
    run: call => removeRow(roles(call), param(call, 'name')),
  },
]

export function roleOf(call: Call): PkiRole | undefined {
  return roles(call)[param(call, 'name')]
}

export function isNameAllowed(name: string, role: PkiRole): boolean {
  if (role.allow_any_name || (role.allow_localhost && name === 'localhost')) return true
  return role.allowed_domains.some(
    domain =>
      (role.allow_bare_domains && name === domain) || (role.allow_subdomains && name.endsWith(`.${domain}`)),
  )
}

export function keyType(body: JsonObject): PkiRole['key_type'] {
  const type = textField(body, 'key_type') || 'rsa'
  return type === 'rsa' || type === 'ec' ? type : refuse(400, `unknown key type ${type}`)
}

/** A new pair, with its private half in the form that Vault answers. */
export function makeKeys(type: PkiRole['key_type']): {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly pem: string
  readonly type: PkiRole['key_type']
} {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const encoding = type === 'rsa' ? 'pkcs1' : 'sec1'
  const pem = pair.privateKey.export({ type: encoding, format: 'pem' }).toString().trim()
  return { ...pair, pem, type }
}

function roles(call: Call): Record<string, PkiRole> {
  return table<PkiRole>(call.mount, 'roles')
}

function writeRole(call: Call): Answer {
  const { body } = call
  const role: PkiRole = {
    allow_any_name: flagField(body, 'allow_any_name', false),
    allow_bare_domains: flagField(body, 'allow_bare_domains', false),
    allow_localhost: flagField(body, 'allow_localhost', true),
    allow_subdomains: flagField(body, 'allow_subdomains', false),
    allowed_domains: listField(body, 'allowed_domains'),
    generate_lease: flagField(body, 'generate_lease', false),
    key_type: keyType(body),
    max_ttl: parseSeconds(body['max_ttl'], 'max_ttl'),
    ttl: parseSeconds(body['ttl'], 'ttl'),
  }
  roles(call)[param(call, 'name')] = role
  return { data: role }
}

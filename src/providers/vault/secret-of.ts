import { createHash, createHmac } from 'node:crypto'
import { ProviderError } from '../../core/errors.ts'
import { isJsonObject, type Json, JsonNumber } from '../../core/json.ts'
import { fieldsOf, type Lease, type Secret } from '../../core/secret.ts'
import type { VaultDocument } from './client.ts'
import type { Mount } from './mounts.ts'
import { secondsIn } from './token.ts'

export interface SecretContext {
  readonly kind: Mount['kind']
  /** For messages. */
  readonly what: string
  /** Keys the digest that serves as version where the backend has none, so that it tells nothing of the value. */
  readonly digestKey: Uint8Array
}

/** A read's answer as a secret. */
export function secretOf(document: VaultDocument, { kind, what, digestKey }: SecretContext): Secret {
  const response = document.root
  const outer = response.get('data')
  const version = kind === 'other' ? undefined : kvVersion(outer)
  if (kind === 'kv2' && version === undefined) {
    throw new ProviderError('malformed', `${what} came without a version`)
  }
  const data = version !== undefined && isJsonObject(outer) ? outer.get('data') : outer
  if (!isJsonObject(data)) throw new ProviderError('missing', `${what} holds no data`)
  const lease = leaseOf(response)
  return {
    fields: fieldsOf(document, data),
    version: version ?? digest(lease?.id ?? stableText(document, data), digestKey),
    lease,
    rotatesInMs: rotatesInMs(data),
    response,
  }
}

/** Of a static role, whose `ttl` counts down in whole seconds to its next rotation. */
function rotatesInMs(data: ReadonlyMap<string, Json>): number | undefined {
  if (!data.has('last_vault_rotation') || !data.has('ttl')) return undefined
  return Math.max(0, secondsIn(data.get('ttl')) * 1_000)
}

/** What tells a secret without a version from the next one. A static role's `ttl` counts down to its rotation. */
function stableText(document: VaultDocument, data: ReadonlyMap<string, Json>): string {
  const countdown = data.has('last_vault_rotation') ? 'ttl' : undefined
  return [...data]
    .filter(([name]) => name !== countdown)
    .map(([name, value]) => JSON.stringify([name, document.textOf(value)]))
    .join()
}

/** A listing's names, each as an empty field. */
export function listingOf(document: VaultDocument, { digestKey }: Pick<SecretContext, 'digestKey'>): Secret {
  const data = document.root.get('data')
  const keys = isJsonObject(data) ? data.get('keys') : undefined
  const names = Array.isArray(keys) ? keys.filter(key => typeof key === 'string') : []
  return {
    fields: new Map(names.map(name => [name, { content: '', value: '' }])),
    version: digest(names.join('\n'), digestKey),
    response: document.root,
  }
}

export function leaseOf(response: ReadonlyMap<string, Json>): Lease | undefined {
  const id = response.get('lease_id')
  if (typeof id !== 'string' || id === '') return undefined
  return {
    id,
    ttlMs: secondsIn(response.get('lease_duration')) * 1_000,
    renewable: response.get('renewable') === true,
  }
}

/**
 * KV v2's number, and a mark of when it was made: a secret that was removed and made anew begins at 1 again. Undefined
 * where `outer` is not of KV v2.
 */
function kvVersion(outer: Json | undefined): string | undefined {
  const metadata = isJsonObject(outer) ? outer.get('metadata') : undefined
  if (!isJsonObject(metadata)) return undefined
  const version = metadata.get('version')
  const created = metadata.get('created_time')
  if (!(version instanceof JsonNumber) || typeof created !== 'string') return undefined
  return `${version.text}-${createHash('sha256').update(created).digest('hex').slice(0, 4)}`
}

/** Serves as version where the backend has none. */
export function digest(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 12)
}

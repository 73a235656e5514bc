import { isJsonObject, type Json, JsonNumber } from '../core/json.ts'
import type { Field, Lease, Secret } from '../core/secret.ts'
import type { RetiredLease } from './retire-leases.ts'
import type { Carried, CarriedSecret, RunningLease } from './watched-secret.ts'

/** What a later process needs to go on with the leases that run: their ids, and the values that were issued with them. */
export function writeCarried({ secrets, retired }: Carried): Json {
  return new Map<string, Json>([
    ['secrets', new Map([...secrets].flatMap(([key, secret]) => entryOf(key, secret)))],
    ['retired', retired.map(writeRetired)],
  ])
}

/**
 * What such a process left, without what has ended since.
 * @throws TypeError where that cannot be understood; it names nothing of the content
 */
export function readCarried(document: Json | undefined, now: number): Carried {
  const secrets = [...objectOf(objectOf(document).get('secrets'))].map(readEntry)
  const retired = listOf(objectOf(document).get('retired')).map(readRetired)
  return {
    secrets: new Map(secrets.filter(([, { lease }]) => lease !== undefined && lease.expiresAt > now)),
    retired: retired.filter(({ expiresAt }) => expiresAt > now),
  }
}

/** Only text can be kept; bytes come from backends without leases. */
function entryOf(key: string, { secret, lease, fetchedAt, nextAt }: CarriedSecret): [string, Json][] {
  if (!secret || lease === undefined || fetchedAt === undefined) return []
  const fields: Json[] = []
  for (const [name, { content, value }] of secret.fields) {
    if (typeof content !== 'string' || value instanceof Uint8Array) return []
    fields.push([name, content, value])
  }
  const entry = new Map<string, Json>([
    ['version', secret.version],
    ['fetchedAt', number(fetchedAt)],
    // A read that was under way is made again.
    ['nextAt', number(Number.isFinite(nextAt) ? nextAt : 0)],
    ['lease', writeLease(lease.lease)],
    ['expiresAt', number(lease.expiresAt)],
    ['renew', lease.renew],
    ['fields', fields],
    ['response', secret.response ?? null],
  ])
  return [[key, entry]]
}

function readEntry([key, value]: readonly [string, Json]): [string, CarriedSecret] {
  const entry = objectOf(value)
  const response = entry.get('response')
  const lease: RunningLease = {
    lease: readLease(entry.get('lease')),
    expiresAt: numberOf(entry.get('expiresAt')),
    renew: entry.get('renew') === true,
  }
  const secret: Secret = {
    version: textOf(entry.get('version')),
    fields: new Map(listOf(entry.get('fields')).map(readField)),
    lease: lease.lease,
    response: isJsonObject(response) ? response : undefined,
  }
  const [fetchedAt, nextAt] = [numberOf(entry.get('fetchedAt')), numberOf(entry.get('nextAt'))]
  return [key, { secret, fetchedAt, nextAt, lease, failures: 0, lastError: undefined, withdrawn: false }]
}

function readField(json: Json): [string, Field] {
  const [name, content, value = null] = listOf(json)
  return [textOf(name), { content: textOf(content), value }]
}

function writeRetired({ lease, expiresAt, revokeAfterMs, key, provider, version }: RetiredLease): Json {
  return new Map<string, Json>([
    ['key', key],
    ['provider', provider],
    ['version', version],
    ['lease', writeLease(lease)],
    ['expiresAt', number(expiresAt)],
    ['revokeAfterMs', number(revokeAfterMs)],
  ])
}

function readRetired(value: Json): RetiredLease {
  const entry = objectOf(value)
  return {
    key: textOf(entry.get('key')),
    provider: textOf(entry.get('provider')),
    version: textOf(entry.get('version')),
    lease: readLease(entry.get('lease')),
    expiresAt: numberOf(entry.get('expiresAt')),
    revokeAfterMs: numberOf(entry.get('revokeAfterMs')),
  }
}

function writeLease({ id, ttlMs, renewable, session }: Lease): Json {
  return new Map<string, Json>([
    ['id', id],
    ['ttlMs', number(ttlMs)],
    ['renewable', renewable],
    ['session', session ?? null],
  ])
}

function readLease(value: Json | undefined): Lease {
  const lease = objectOf(value)
  const session = lease.get('session')
  return {
    id: textOf(lease.get('id')),
    ttlMs: numberOf(lease.get('ttlMs')),
    renewable: lease.get('renewable') === true,
    session: typeof session === 'string' ? session : undefined,
  }
}

function number(value: number): JsonNumber {
  return new JsonNumber(String(value))
}

function objectOf(value: Json | undefined): ReadonlyMap<string, Json> {
  return isJsonObject(value) ? value : misfit()
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : misfit()
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : misfit()
}

function numberOf(value: Json | undefined): number {
  return value instanceof JsonNumber ? Number(value.text) : misfit()
}

function misfit(): never {
  throw new TypeError('this is nothing that an agent has left')
}

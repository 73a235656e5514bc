import { numberField } from './fields.ts'
import { isJsonObject, type JsonObject } from './go-json.ts'
import { formatTime } from './go-time.ts'
import { deletedNow, kv2Config, type Secret, secretAt, type Version, versionsField } from './kv2-secret.ts'
import { refuse } from './refusal.ts'
import type { Answer, Call, Route } from './route.ts'

/**
 * KV version 2: the data of each version. Numbers come back as they were written, where Vault itself squeezes those of
 * version 2 through a float.
 */
export const kv2DataRoutes: readonly Route[] = [
  { operations: ['read'], pattern: 'data/*path', run: read },
  {
    operations: ['write'],
    pattern: 'data/*path',
    replaces: call => (secretAt(call)?.currentVersion ?? 0) > 0,
    run: write,
  },
  { operations: ['delete'], pattern: 'data/*path', run: deleteLatest },
  { operations: ['write'], pattern: 'delete/*path', run: call => eachVersion(call, deleteVersion) },
  { operations: ['write'], pattern: 'undelete/*path', run: call => eachVersion(call, undeleteVersion) },
  { operations: ['write'], pattern: 'destroy/*path', run: call => eachVersion(call, destroyVersion) },
]

function read(call: Call): Answer {
  const secret = secretAt(call)
  const asked = Number(call.query.get('version') ?? 0)
  const number = asked > 0 ? asked : (secret?.currentVersion ?? 0)
  const version = secret?.versions[number]
  if (secret === undefined || version === undefined) return refuse(404)
  const metadata = describeVersion(secret, number, version)
  const gone = version.destroyed || deletedNow(version, call.store.now())
  return gone ? { status: 404, data: { data: null, metadata } } : { data: { data: version.data, metadata } }
}

function write(call: Call): Answer {
  const { body, store } = call
  const data = body['data']
  if (data === undefined || data === null) return refuse(400, 'no data provided')
  if (!isJsonObject(data))
    return refuse(400, 'Field validation failed: error converting input for field "data": expected a map')
  const before = secretAt(call)
  checkAndSet(call, before, body['options'])
  const now = store.now()
  const secret = before ?? secretAt(call, { create: true })
  const number = secret.currentVersion + 1
  const version: Version = { createdAt: now, deletedAt: deletionTime(call, secret), destroyed: false, data }
  secret.versions[number] = version
  secret.currentVersion = number
  secret.updatedAt = now
  dropOldVersions(call, secret)
  return { data: describeVersion(secret, number, version) }
}

function checkAndSet(call: Call, secret: Secret | undefined, options: unknown): void {
  const given = isJsonObject(options) && options['cas'] !== undefined
  if (!given) {
    if (secret?.casRequired || kv2Config(call).cas_required) {
      refuse(400, 'check-and-set parameter required for this call')
    }
    return
  }
  if (numberField(options, 'cas') !== (secret?.currentVersion ?? 0)) {
    refuse(400, 'check-and-set parameter did not match the current version')
  }
}

function deletionTime(call: Call, secret: Secret): number | null {
  const seconds = secret.deleteVersionAfter || kv2Config(call).delete_version_after
  return seconds > 0 ? call.store.now() + seconds * 1000 : null
}

/** Vault keeps the newest ten unless told otherwise. */
function dropOldVersions(call: Call, secret: Secret): void {
  const kept = secret.maxVersions || kv2Config(call).max_versions || 10
  for (const number of Object.keys(secret.versions).map(Number)) {
    if (number <= secret.currentVersion - kept) delete secret.versions[number]
  }
  const oldest = secret.currentVersion - kept + 1
  if (oldest > 1) secret.oldestVersion = oldest
}

function describeVersion(secret: Secret, number: number, version: Version): JsonObject {
  return {
    created_time: formatTime(version.createdAt),
    custom_metadata: secret.customMetadata,
    deletion_time: version.deletedAt === null ? '' : formatTime(version.deletedAt),
    destroyed: version.destroyed,
    version: number,
  }
}

function deleteLatest(call: Call): undefined {
  const secret = secretAt(call)
  const version = secret?.versions[secret.currentVersion]
  if (version !== undefined) deleteVersion(version, call.store.now())
}

function eachVersion(call: Call, change: (version: Version, now: number) => void): undefined {
  const numbers = versionsField(call.body)
  if (numbers.length === 0) refuse(400, 'No version number provided')
  const secret = secretAt(call)
  for (const number of numbers) {
    const version = secret?.versions[number]
    if (version !== undefined) change(version, call.store.now())
  }
}

function deleteVersion(version: Version, now: number): void {
  if (!version.destroyed && !deletedNow(version, now)) version.deletedAt = now
}

function undeleteVersion(version: Version): void {
  if (!version.destroyed) version.deletedAt = null
}

function destroyVersion(version: Version): void {
  version.destroyed = true
  version.data = null
}

import { emptyObject, type JsonObject } from './go-json.ts'
import { table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Call, param } from './route.ts'

/** One secret of KV version 2, with all its versions. */
export interface Secret {
  readonly createdAt: number
  updatedAt: number
  currentVersion: number
  /** 0 until the first version was dropped. */
  oldestVersion: number
  maxVersions: number
  casRequired: boolean
  /** Seconds; 0 for never. */
  deleteVersionAfter: number
  customMetadata: Record<string, string> | null
  /** How often the metadata was written. */
  metadataVersion: number
  readonly versions: Record<string, Version>
}

export interface Version {
  readonly createdAt: number
  /** May lie ahead, with `delete_version_after`. */
  deletedAt: number | null
  destroyed: boolean
  data: JsonObject | null
}

export interface Kv2Config {
  cas_required: boolean
  /** Seconds. */
  delete_version_after: number
  max_versions: number
}

export function secretsOf(call: Call): Record<string, Secret> {
  return table<Secret>(call.mount, 'secrets')
}

export function kv2Config(call: Call): Kv2Config {
  const config = table<Kv2Config>(call.mount, 'config')
  const settings = config['settings'] ?? { cas_required: false, delete_version_after: 0, max_versions: 0 }
  config['settings'] = settings
  return settings
}

/** The secret at the call's path, made if asked for. */
export function secretAt(call: Call): Secret | undefined
export function secretAt(call: Call, options: { create: true }): Secret
export function secretAt(call: Call, options?: { create: true }): Secret | undefined {
  const path = param(call, 'path')
  const found = secretsOf(call)[path]
  if (found !== undefined || options === undefined) return found
  if (path === '' || path.endsWith('/')) return refuse(400, "cannot write to a path ending in '/'")
  const now = call.store.now()
  const secret: Secret = {
    createdAt: now,
    updatedAt: now,
    currentVersion: 0,
    oldestVersion: 0,
    maxVersions: 0,
    casRequired: false,
    deleteVersionAfter: 0,
    customMetadata: null,
    metadataVersion: 0,
    versions: emptyObject(),
  }
  secretsOf(call)[path] = secret
  return secret
}

export function deletedNow(version: Version, now: number): boolean {
  return version.deletedAt !== null && version.deletedAt <= now
}

export function versionsField(body: JsonObject): number[] {
  const value = body['versions']
  const items = Array.isArray(value) ? value : value === undefined ? [] : String(value).split(',')
  return items.map(Number).filter(Number.isSafeInteger)
}

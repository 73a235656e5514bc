import { flagField, mapField, numberField } from './fields.ts'
import { formatSeconds, formatTime, parseSeconds } from './go-time.ts'
import { kv2Config, secretAt, secretsOf } from './kv2-secret.ts'
import { listKeys } from './list-keys.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, type Operation, param, type Route } from './route.ts'

/** KV version 2: what is known about a secret beside its data; lists; the engine's settings. */
export const kv2MetadataRoutes: readonly Route[] = [
  {
    operations: ['list'],
    pattern: 'metadata/*path',
    run: call => listKeys(secretsOf(call), param(call, 'path')),
  },
  { operations: ['read'], pattern: 'metadata/*path', run: read },
  {
    operations: ['write'],
    pattern: 'metadata/*path',
    replaces: call => secretAt(call) !== undefined,
    run: write,
  },
  { operations: ['delete'], pattern: 'metadata/*path', run: remove },
  { operations: ['read'], pattern: 'config', run: readConfig },
  { operations: ['write'], pattern: 'config', run: writeConfig },
  { operations: ['read', 'write', 'delete', 'list'], pattern: '*path', run: warnOfPath },
]

function read(call: Call): Answer {
  const secret = secretAt(call) ?? refuse(404)
  return {
    data: {
      cas_required: secret.casRequired,
      created_time: formatTime(secret.createdAt),
      current_metadata_version: secret.metadataVersion,
      current_version: secret.currentVersion,
      custom_metadata: secret.customMetadata,
      delete_version_after: formatSeconds(secret.deleteVersionAfter),
      max_versions: secret.maxVersions,
      metadata_cas_required: false,
      oldest_version: secret.oldestVersion,
      updated_time: formatTime(secret.updatedAt),
      versions: Object.fromEntries(
        Object.entries(secret.versions).map(([number, version]) => [
          number,
          {
            created_time: formatTime(version.createdAt),
            deletion_time: version.deletedAt === null ? '' : formatTime(version.deletedAt),
            destroyed: version.destroyed,
          },
        ]),
      ),
    },
  }
}

function write(call: Call): undefined {
  const { body } = call
  const secret = secretAt(call, { create: true })
  if (body['max_versions'] !== undefined) secret.maxVersions = numberField(body, 'max_versions')
  secret.casRequired = flagField(body, 'cas_required', secret.casRequired)
  if (body['delete_version_after'] !== undefined) {
    secret.deleteVersionAfter = parseSeconds(body['delete_version_after'], 'delete_version_after')
  }
  if (body['custom_metadata'] !== undefined) secret.customMetadata = mapField(body, 'custom_metadata')
  secret.metadataVersion += 1
}

function remove(call: Call): undefined {
  delete secretsOf(call)[param(call, 'path')]
}

function readConfig(call: Call): Answer {
  const { delete_version_after, ...config } = kv2Config(call)
  return {
    data: {
      ...config,
      delete_version_after: formatSeconds(delete_version_after),
      metadata_cas_required: false,
    },
  }
}

function writeConfig(call: Call): undefined {
  const config = kv2Config(call)
  const { body } = call
  config.cas_required = flagField(body, 'cas_required', config.cas_required)
  if (body['max_versions'] !== undefined) config.max_versions = numberField(body, 'max_versions')
  if (body['delete_version_after'] !== undefined) {
    config.delete_version_after = parseSeconds(body['delete_version_after'], 'delete_version_after')
  }
}

const commands: Readonly<Record<Operation, string>> = {
  read: 'get',
  write: 'put',
  delete: 'delete',
  list: 'list',
}

function warnOfPath({ operation }: Call): Answer {
  const warning =
    'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. ' +
    `If using the OpenBao CLI, use 'bao kv ${commands[operation]}' for this operation.`
  return { status: 404, warnings: [warning] }
}

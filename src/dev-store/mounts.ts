import { randomBytes, randomUUID } from 'node:crypto'
import { emptyObject } from './go-json.ts'
import type { Namespace } from './state.ts'

/** A secrets engine or an auth method at its path. */
export interface Mount {
  readonly type: string
  readonly accessor: string
  readonly uuid: string
  description: string
  readonly options: Record<string, string> | null
  readonly config: { default_lease_ttl: number; max_lease_ttl: number }
  /** What the engine keeps: tables by name, each by its key. Only the engine itself looks into them. */
  readonly tables: Record<string, Record<string, unknown>>
}

export interface MountSettings {
  readonly type: string
  readonly description?: string
  readonly options?: Record<string, string>
  readonly defaultLeaseSeconds?: number
  readonly maxLeaseSeconds?: number
}

export const systemTtlSeconds = 32 * 24 * 3600

export function addMount(namespace: Namespace, path: string, settings: MountSettings): void {
  const accessorName = path.startsWith('auth/') ? `auth_${settings.type}` : settings.type
  namespace.mounts[path] = {
    type: settings.type,
    accessor: `${accessorName}_${randomBytes(4).toString('hex')}`,
    uuid: randomUUID(),
    description: settings.description ?? '',
    options: settings.options ?? null,
    config: {
      default_lease_ttl: settings.defaultLeaseSeconds ?? 0,
      max_lease_ttl: settings.maxLeaseSeconds ?? 0,
    },
    tables: emptyObject(),
  }
}

/** The mount a path belongs to: the longest that is a prefix of it. */
export function findMount(namespace: Namespace, path: string): { path: string; mount: Mount } | undefined {
  const candidates = Object.keys(namespace.mounts).filter(mountPath => `${path}/`.startsWith(mountPath))
  const longest = candidates.sort((a, b) => b.length - a.length)[0]
  const mount = longest === undefined ? undefined : namespace.mounts[longest]
  return longest === undefined || mount === undefined ? undefined : { path: longest, mount }
}

/** One table of an engine. The rows are what that engine put there, so their type is its own affair. */
export function table<Row>(mount: Mount, name: string): Record<string, Row> {
  const rows = mount.tables[name] ?? emptyObject()
  mount.tables[name] = rows
  return rows as Record<string, Row>
}

export function removeRow(rows: Record<string, unknown>, key: string): undefined {
  delete rows[key]
}

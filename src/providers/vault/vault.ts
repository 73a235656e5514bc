import { randomBytes } from 'node:crypto'
import type { Clock, Journal, Provider } from '../../core/ports.ts'
import type { Reference } from '../../core/reference.ts'
import { createCredentialReader } from '../../platform/read-credential.ts'
import { createVaultClient } from './client.ts'
import { createMounts, type Mount } from './mounts.ts'
import { leaseOf, listingOf, secretOf } from './secret-of.ts'
import { createSession } from './session.ts'
import type { VaultSettings } from './settings.ts'

export interface VaultPorts {
  readonly clock: Clock
  readonly journal: Journal
}

/** Secrets of Vault or OpenBao: KV v1 and v2, and whatever else answers a read, leased or not. */
export function openVaultProvider(settings: VaultSettings, { clock, journal }: VaultPorts): Provider {
  const client = createVaultClient(settings)
  const credentials = createCredentialReader(journal)
  const session = createSession(settings, { client, credentials, clock, journal })
  const digestKey = randomBytes(32)
  const closing = new AbortController()
  // A probe serves all that wait for it, so that it does not end with the one that asked first.
  const mounts = createMounts(path =>
    session.withToken(
      token =>
        client.ask({ method: 'GET', path: `sys/internal/ui/mounts/${path}`, token, signal: closing.signal }),
      closing.signal,
    ),
  )

  return {
    name: settings.name,

    async fetch(reference, signal) {
      signal.throwIfAborted()
      const mount = await mounts.of(reference.path)
      const { method, path } = requestOf(reference, mount)
      const query =
        reference.version === undefined ? undefined : `version=${encodeURIComponent(reference.version)}`
      const document = await session.withToken(
        token => client.ask({ method, path, query, token, signal }),
        signal,
      )
      const what = `${settings.name}:${reference.path}`
      return reference.list
        ? listingOf(document, { digestKey })
        : secretOf(document, { kind: mount.kind, what, digestKey })
    },

    async renew(lease, signal) {
      const body = { lease_id: lease.id, increment: String(Math.round(lease.ttlMs / 1_000)) }
      const { root } = await session.withToken(
        token => client.ask({ method: 'POST', path: 'sys/leases/renew', token, body, signal }),
        signal,
      )
      return { ...lease, ...leaseOf(root), id: lease.id }
    },

    keepAlive: signal => session.keepAlive(signal),

    async close() {
      closing.abort()
      session.close()
      await client.close()
    },
  }
}

/** In KV v2 `data/` (or `metadata/`, for a listing) stands behind the mount; one who writes it means the same. */
function requestOf({ path, list }: Reference, mount: Mount): { method: 'GET' | 'LIST'; path: string } {
  const method = list ? 'LIST' : 'GET'
  if (mount.kind !== 'kv2') return { method, path }
  const below = path.slice(mount.path.length)
  const bare = below.replace(/^(data|metadata)(\/|$)/, '')
  return { method, path: `${mount.path}${list ? 'metadata' : 'data'}/${bare}` }
}

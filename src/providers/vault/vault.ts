import { randomBytes } from 'node:crypto'
import { ProviderError } from '../../core/errors.ts'
import type { Clock, Journal, Provider } from '../../core/ports.ts'
import type { Reference, Write } from '../../core/reference.ts'
import { createCredentialReader } from '../../platform/read-credential.ts'
import { untilAborted } from '../../platform/until-aborted.ts'
import { createVaultClient } from './client.ts'
import { createMounts, type Mount } from './mounts.ts'
import { leaseOf, listingOf, secretOf } from './secret-of.ts'
import { createSession } from './session.ts'
import type { VaultSettings } from './settings.ts'
import { writtenOf } from './written.ts'

export interface VaultPorts {
  readonly clock: Clock
  readonly journal: Journal
}

/** Secrets of Vault or OpenBao: KV v1 and v2, and whatever else answers a read or a write, leased or not. */
export function openVaultProvider(settings: VaultSettings, { clock, journal }: VaultPorts): Provider {
  const client = createVaultClient(settings, clock)
  const credentials = createCredentialReader(journal)
  const session = createSession(settings, { client, credentials, clock, journal })
  const digestKey = randomBytes(32)
  const closing = new AbortController()
  // A probe serves all that wait for it, so that it does not end with the one that asked first.
  const probe = (path: string) => {
    const { signal } = closing
    const request = { method: 'GET', path: `sys/internal/ui/mounts/${path}`, signal } as const
    return session.withToken(token => client.ask({ ...request, token }), signal)
  }
  const mounts = createMounts(probe, clock)

  return {
    name: settings.name,

    async fetch(reference, signal) {
      signal.throwIfAborted()
      const mount = await untilAborted(mounts.of(reference.path), signal)
      const path = pathOf(reference, mount)
      if (reference.write !== undefined) {
        const body = bodyOf(reference.write, mount)
        const document = await session.withToken(
          token => client.ask({ method: 'POST', path, token, body, signal }),
          signal,
        )
        return writtenOf(document, { now: clock.now(), digestKey })
      }
      const query = queryOf(reference)
      const document = await session.withToken(
        token => client.ask({ method: 'GET', path, query, token, signal }),
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
      closing.abort(new ProviderError('unreachable', `${settings.name} is closed`))
      session.close()
      await client.close()
    },
  }
}

/** In KV v2 `data/` (or `metadata/`, for a listing) stands behind the mount; one who writes it means the same. */
function pathOf({ path, list }: Reference, mount: Mount): string {
  if (mount.kind !== 'kv2') return path
  const below = path.slice(mount.path.length).replace(/^(data|metadata)(\/|$)/, '')
  return `${mount.path}${list ? 'metadata' : 'data'}/${below}`
}

/** KV v2 takes what is written in an object of its own. All values are strings, as Vault Agent sends them. */
function bodyOf({ parameters }: Write, mount: Mount) {
  const body = Object.fromEntries(parameters)
  return mount.kind === 'kv2' ? { data: body } : body
}

/** Vault takes `?list=true` for its own method LIST, which not every proxy lets through. */
function queryOf({ list, version }: Reference): string | undefined {
  if (list) return 'list=true'
  return version === undefined ? undefined : `version=${encodeURIComponent(version)}`
}

import { randomBytes } from 'node:crypto'
import { ProviderError } from '../../core/errors.ts'
import type { Clock, Journal, Provider, Random } from '../../core/ports.ts'
import type { Reference, Write } from '../../core/reference.ts'
import type { Lease, Secret } from '../../core/secret.ts'
import { createCredentialReader } from '../../platform/read-credential.ts'
import { untilAborted } from '../../platform/until-aborted.ts'
import { createVaultClient, type VaultDocument, type VaultRequest } from './client.ts'
import { createLeasedSecrets } from './leased-secrets.ts'
import { createMounts, type Mount } from './mounts.ts'
import { leaseOf, listingOf, secretOf } from './secret-of.ts'
import { createSession } from './session.ts'
import type { VaultSettings } from './settings.ts'
import { writtenOf } from './written.ts'

export interface VaultPorts {
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
  /** Credentials whose files are removed, by path. Outlives the provider. */
  readonly taken?: Map<string, string> | undefined
}

/** Secrets of Vault or OpenBao: KV v1 and v2, and whatever else answers a read or a write, leased or not. */
export function openVaultProvider(settings: VaultSettings, ports: VaultPorts): Provider {
  const { clock, random, journal, taken } = ports
  const client = createVaultClient(settings, clock)
  const credentials = createCredentialReader(journal, { taken })
  const leased = createLeasedSecrets()
  const { ended } = leased
  const session = createSession(settings, { client, credentials, clock, random, journal, ended })
  const digestKey = randomBytes(32)
  const closing = new AbortController()
  // A probe serves all that wait for it, so that it does not end with the one that asked first.
  const probe = (path: string) => {
    const { signal } = closing
    const request = { method: 'GET', path: `sys/internal/ui/mounts/${path}`, signal } as const
    return session.withToken(token => client.ask({ ...request, token }), signal)
  }
  const mounts = createMounts(probe, clock)

  const ask = (request: Omit<VaultRequest, 'token'>): Promise<{ document: VaultDocument; session: string }> =>
    session.withToken(
      async (token, session) => ({ document: await client.ask({ ...request, token }), session }),
      request.signal,
    )

  /** A lease ends with the session in which it was issued; where that has just ended, it is asked for again. */
  const bind = (secret: Secret, reference: Reference, issuedIn: string): Secret => {
    if (secret.lease === undefined || secret.lease.id === '') return secret
    leased.issued(reference, issuedIn)
    if (!session.isCurrent(issuedIn)) leased.ended(issuedIn)
    return { ...secret, lease: { ...secret.lease, session: issuedIn } }
  }

  const revoke = async (lease: Lease, signal: AbortSignal) => {
    const body = { lease_id: lease.id }
    await ask({ method: 'POST', path: 'sys/leases/revoke', body, signal }).catch((error: unknown) => {
      // It has ended already.
      if (!(error instanceof ProviderError) || error.kind !== 'missing') throw error
    })
  }

  /** The token of a file belongs to whoever put it there; any other takes its leases along. */
  const end = async (leases: readonly Lease[], signal: AbortSignal) => {
    if (settings.auth.method === 'token_file') await Promise.all(leases.map(lease => revoke(lease, signal)))
    else await session.revoke(signal)
  }

  return {
    name: settings.name,

    async fetch(reference, signal) {
      signal.throwIfAborted()
      const mount = await untilAborted(mounts.of(reference.path), signal)
      const path = pathOf(reference, mount)
      if (reference.write !== undefined) {
        const body = bodyOf(reference.write, mount)
        const { document, session } = await ask({ method: 'POST', path, body, signal })
        return bind(writtenOf(document, { now: clock.now(), digestKey }), reference, session)
      }
      const query = queryOf(reference)
      const { document, session } = await ask({ method: 'GET', path, query, signal })
      if (reference.list) return listingOf(document, { digestKey })
      const what = `${settings.name}:${reference.path}`
      return bind(secretOf(document, { kind: mount.kind, what, digestKey }), reference, session)
    },

    watch: leased.watch,

    async renew(lease, signal) {
      if (!session.isCurrent(lease.session)) {
        throw new ProviderError('missing', `a lease of ${settings.name} ends with its earlier session`)
      }
      const body = { lease_id: lease.id, increment: String(Math.round(lease.ttlMs / 1_000)) }
      const { document } = await ask({ method: 'POST', path: 'sys/leases/renew', body, signal })
      return { ...lease, ...leaseOf(document.root), id: lease.id }
    },

    revoke,

    ...(settings.onExit === 'revoke' ? { end } : {}),

    remember: session.remember,
    resume: session.resume,
    adopt(reference, { session: issuedIn = '' }) {
      if (!session.isCurrent(issuedIn)) return false
      leased.issued(reference, issuedIn)
      return true
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

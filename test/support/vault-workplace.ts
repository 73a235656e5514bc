import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Provider } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import type { Secret } from '../../src/core/secret.ts'
import { createClock } from '../../src/platform/clock.ts'
import type { VaultAuth, VaultSettings } from '../../src/providers/vault/settings.ts'
import { openVaultProvider } from '../../src/providers/vault/vault.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-ends.ts'
import type { VaultServer } from './vault-servers.ts'

/** A server with the role `app`, which may read below `app/`, and providers that log in there. */
export interface VaultWorkplace extends Disposable {
  readonly server: VaultServer
  readonly journal: MemoryJournal
  readonly roleId: string
  /** Puts a credential into a file of its own and answers its path; the same name replaces it. */
  file(name: string, content: string): string
  put(path: string, data: object): Promise<unknown>
  newSecretId(): Promise<string>
  /** A login by AppRole, with the secret id's file named so. */
  appRole(secretIdFileName?: string): Promise<VaultAuth>
  open(auth: VaultAuth, settings?: Partial<VaultSettings>, clock?: Clock): Provider
  read(provider: Provider, reference: string): Promise<Secret>
  /** Makes the server forget every token that a login at this mount brought. */
  revokeTokens(mount: string): Promise<void>
  /** Ends the providers and empties the journal, between two tests. */
  clear(): Promise<void>
  count(event: string): number
}

const policy = `
path "secret/data/app/*" { capabilities = ["read"] }
path "secret/metadata/app/*" { capabilities = ["read", "list"] }
path "kv1/app/*" { capabilities = ["read", "list"] }`

export async function createVaultWorkplace(server: VaultServer): Promise<VaultWorkplace> {
  const directory = mkdtempSync('/dev/shm/keyturn-vault-')
  const journal = createMemoryJournal()
  const opened: Provider[] = []
  await server.call('POST', 'sys/auth/approle', { type: 'approle' })
  await server.call('POST', 'sys/policies/acl/app', { policy })
  await server.call('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
  await server.call('POST', 'auth/approle/role/app', {
    token_policies: 'app',
    token_ttl: '60s',
    token_max_ttl: '300s',
  })
  const roleId = textIn(await server.call('GET', 'auth/approle/role/app/role-id'), 'data', 'role_id')

  const place: VaultWorkplace = {
    server,
    journal,
    roleId,
    file(name, content) {
      const path = join(directory, name)
      rmSync(path, { force: true })
      writeFileSync(path, content, { mode: 0o400 })
      return path
    },
    put: (path, data) => server.call('POST', `secret/data/${path}`, { data }),
    newSecretId: async () =>
      textIn(await server.call('POST', 'auth/approle/role/app/secret-id', {}), 'data', 'secret_id'),
    appRole: async (secretIdFileName = 'secret_id') => ({
      method: 'approle',
      mount: 'approle',
      roleIdFile: place.file('role_id', roleId),
      secretIdFile: place.file(secretIdFileName, await place.newSecretId()),
    }),
    open(auth, settings = {}, clock = createClock()) {
      const { address } = server
      const limits = { timeoutMs: 5_000, maxConnections: 10, maxBytes: 65_536 }
      const provider = openVaultProvider(
        { type: 'vault', name: 'vault', address, auth, onExit: 'keep', ...limits, ...settings },
        { clock, random: () => 0.5, journal },
      )
      opened.push(provider)
      return provider
    },
    read: (provider, reference) => provider.fetch(parseReference(reference), new AbortController().signal),
    async revokeTokens(mount) {
      const accessors: unknown = await server.call('GET', 'auth/token/accessors?list=true')
      for (const accessor of Object(accessors).data.keys) {
        const token = await server.call('POST', 'auth/token/lookup-accessor', { accessor })
        if (!textIn(token, 'data', 'path').startsWith(`auth/${mount}/`)) continue
        await server.call('POST', 'auth/token/revoke-accessor', { accessor })
      }
    },
    async clear() {
      for (const provider of opened.splice(0)) await provider.close()
      journal.lines.length = 0
    },
    count: event => journal.lines.filter(line => line.event === event).length,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
  return place
}

/** The text at a path of an answer. */
export function textIn(answer: unknown, ...path: string[]): string {
  let value = answer
  for (const name of path) value = Object(value)[name]
  if (typeof value !== 'string') throw new Error(`the answer has no text at ${path.join('.')}`)
  return value
}

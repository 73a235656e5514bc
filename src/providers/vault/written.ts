import { fieldsOf, type Secret } from '../../core/secret.ts'
import type { VaultDocument } from './client.ts'
import { lifetimeMs, objectIn } from './lifetime.ts'
import { digest, leaseOf } from './secret-of.ts'

/** What a write made, as a secret: without fields where the answer is empty. It has a lease where it ends by itself. */
export function writtenOf(
  document: VaultDocument,
  { now, digestKey }: { now: number; digestKey: Uint8Array },
): Secret {
  const response = document.root
  const data = objectIn(response, 'data')
  const ttlMs = lifetimeMs(response, now)
  const lease = leaseOf(response) ?? (ttlMs === undefined ? undefined : { id: '', ttlMs, renewable: false })
  const made = ['data', 'auth'].map(name => document.textOf(response.get(name) ?? null)).join()
  return {
    fields: fieldsOf(document, data),
    version: digest(lease?.id || made, digestKey),
    lease,
    response,
  }
}

import type { CredentialReader } from '../../../platform/read-credential.ts'
import type { VaultClient, VaultDocument } from '../client.ts'

/** Logs in once; the answer holds the token. Reads its files afresh each time. */
export type LogIn = (signal: AbortSignal) => Promise<VaultDocument>

export interface LoginParts {
  readonly client: VaultClient
  readonly credentials: CredentialReader
}

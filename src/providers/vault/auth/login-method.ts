import type { CredentialReader } from '../../../platform/read-credential.ts'
import type { VaultClient, VaultDocument } from '../client.ts'

/** Logs in once; the answer holds the token. Reads its files afresh each time. */
export type LogIn = (signal: AbortSignal) => Promise<VaultDocument>

/** Reads a credential, and removes its file where the configuration says so. */
export function readCredential(
  path: string,
  { remove }: { readonly remove?: boolean },
  credentials: CredentialReader,
): Promise<string> {
  return remove === true ? credentials.take(path) : credentials.text(path)
}

export interface LoginParts {
  readonly client: VaultClient
  readonly credentials: CredentialReader
}

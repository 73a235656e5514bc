import type { CredentialReader } from '../../../platform/read-credential.ts'
import type { VaultClient, VaultDocument } from '../client.ts'
import type { VaultAuth } from '../settings.ts'
import { createAppRoleLogin } from './approle.ts'
import { createCertificateLogin } from './cert.ts'
import { createTokenFileLogin } from './token-file.ts'
import { createTokenLogin } from './token-login.ts'

export interface LoginParts {
  readonly client: VaultClient
  readonly credentials: CredentialReader
}

/** Logs in once; the answer holds the token. Reads its files afresh each time. */
export type LogIn = (signal: AbortSignal) => Promise<VaultDocument>

/** One line per method. */
export function createLogIn(auth: VaultAuth, parts: LoginParts): LogIn {
  switch (auth.method) {
    case 'approle':
      return createAppRoleLogin(auth, parts)
    case 'jwt':
    case 'kubernetes':
      return createTokenLogin(auth, parts)
    case 'cert':
      return createCertificateLogin(auth, parts)
    case 'token_file':
      return createTokenFileLogin(auth, parts)
  }
}

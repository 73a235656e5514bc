import type { VaultAuth } from '../settings.ts'
import { createAppRoleLogin } from './approle.ts'
import { createCertificateLogin } from './cert.ts'
import type { LogIn, LoginParts } from './login-method.ts'
import { createTokenFileLogin } from './token-file.ts'
import { createTokenLogin } from './token-login.ts'

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

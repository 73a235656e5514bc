import type { TokenLoginAuth } from '../settings.ts'
import { type LogIn, type LoginParts, readCredential } from './login-method.ts'

/** JWT and Kubernetes: a signed token that the platform renews in its file. */
export function createTokenLogin(auth: TokenLoginAuth, { client, credentials }: LoginParts): LogIn {
  const { mount, role, tokenFile } = auth
  return async signal =>
    client.ask({
      method: 'POST',
      path: `auth/${mount}/login`,
      body: { role, jwt: await readCredential(tokenFile, auth, credentials) },
      signal,
    })
}

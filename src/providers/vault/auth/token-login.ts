import type { TokenLoginAuth } from '../settings.ts'
import type { LogIn, LoginParts } from './login-method.ts'

/** JWT and Kubernetes: a signed token that the platform renews in its file. */
export function createTokenLogin(
  { mount, role, tokenFile }: TokenLoginAuth,
  { client, credentials }: LoginParts,
): LogIn {
  return async signal =>
    client.ask({
      method: 'POST',
      path: `auth/${mount}/login`,
      body: { role, jwt: await credentials.text(tokenFile) },
      signal,
    })
}

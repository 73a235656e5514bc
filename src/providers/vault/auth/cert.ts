import type { CertificateAuth } from '../settings.ts'
import type { LogIn, LoginParts } from './login-method.ts'

/** By the TLS client certificate of the connection. */
export function createCertificateLogin({ mount, name }: CertificateAuth, { client }: LoginParts): LogIn {
  return signal =>
    client.ask({
      method: 'POST',
      path: `auth/${mount}/login`,
      body: name === undefined ? {} : { name },
      signal,
    })
}

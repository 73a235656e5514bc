import { isJsonObject, type Json } from '../../../core/json.ts'
import type { TokenFileAuth } from '../settings.ts'
import { type LogIn, type LoginParts, readCredential } from './login-method.ts'

/** A token that somebody else obtains and keeps in a file; asked of the server is only how long it lives. */
export function createTokenFileLogin(auth: TokenFileAuth, { client, credentials }: LoginParts): LogIn {
  return async signal => {
    const token = await readCredential(auth.tokenFile, auth, credentials)
    const { root, textOf } = await client.ask({
      method: 'GET',
      path: 'auth/token/lookup-self',
      token,
      signal,
    })
    const data = root.get('data')
    const known = isJsonObject(data) ? data : new Map<string, Json>()
    const granted = new Map<string, Json>([['client_token', token]])
    const ttl = known.get('ttl')
    if (ttl !== undefined) granted.set('lease_duration', ttl)
    granted.set('renewable', known.get('renewable') ?? false)
    return { root: new Map([['auth', granted]]), textOf }
  }
}

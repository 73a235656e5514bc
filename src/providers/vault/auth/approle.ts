import { ProviderError } from '../../../core/errors.ts'
import { isJsonObject } from '../../../core/json.ts'
import type { VaultDocument } from '../client.ts'
import type { AppRoleAuth } from '../settings.ts'
import { type LogIn, type LoginParts, readCredential } from './login-method.ts'

/** @see https://openbao.org/api-docs/auth/approle/#login-with-approle */
export function createAppRoleLogin(auth: AppRoleAuth, parts: LoginParts): LogIn {
  const { client, credentials } = parts
  const { mount, roleId, roleIdFile = '', secretIdFile = '', wrappedSecretIdFile } = auth
  const readSecretId =
    wrappedSecretIdFile === undefined
      ? () => readCredential(secretIdFile, auth, credentials)
      : createUnwrapping(wrappedSecretIdFile, auth, parts)

  return async signal =>
    client.ask({
      method: 'POST',
      path: `auth/${mount}/login`,
      body: {
        role_id: roleId ?? (await credentials.text(roleIdFile)),
        secret_id: await readSecretId(signal),
      },
      signal,
    })
}

/** A wrapping token works once: what it held is kept, until the file holds another one. */
function createUnwrapping(file: string, auth: AppRoleAuth, parts: LoginParts) {
  const { mount } = auth
  let kept: { readonly wrappingToken: string; readonly secretId: string } | undefined
  return async (signal: AbortSignal): Promise<string> => {
    const wrappingToken = await readCredential(file, auth, parts.credentials).catch(error => {
      if (kept === undefined) throw error
      return kept.wrappingToken
    })
    if (kept?.wrappingToken !== wrappingToken) {
      kept = { wrappingToken, secretId: await unwrap({ wrappingToken, mount, parts }, signal) }
    }
    return kept.secretId
  }
}

/** Where the token was made is checked first: a token wrapped by somebody else would bring somebody else's secret_id. */
async function unwrap(
  { wrappingToken, mount, parts }: { wrappingToken: string; mount: string; parts: LoginParts },
  signal: AbortSignal,
): Promise<string> {
  const { client } = parts
  const looked = await client
    .ask({ method: 'POST', path: 'sys/wrapping/lookup', body: { token: wrappingToken }, signal })
    .catch((error: unknown) => {
      if (!(error instanceof ProviderError) || error.transient) throw error
      throw new ProviderError(
        'unauthenticated',
        'the wrapping token of the secret_id is used or has expired',
        {
          hint: 'deliver a new one; if nobody used it, treat its secret_id as stolen',
        },
      )
    })
  const creationPath = dataText(looked, 'creation_path')
  const expected = new RegExp(`^auth/${escapeRegExp(mount)}/role/[^/]+/secret-id$`)
  if (creationPath === undefined || !expected.test(creationPath)) {
    throw new ProviderError(
      'unauthenticated',
      `the wrapped secret_id was not made at auth/${mount}/role/.../secret-id`,
      {
        hint: 'treat the role as compromised: somebody may have exchanged the wrapping token',
      },
    )
  }
  const opened = await client.ask({
    method: 'POST',
    path: 'sys/wrapping/unwrap',
    token: wrappingToken,
    body: {},
    signal,
  })
  const secretId = dataText(opened, 'secret_id')
  if (secretId === undefined) throw new ProviderError('malformed', 'the wrapping token held no secret_id')
  return secretId
}

function dataText({ root }: VaultDocument, name: string): string | undefined {
  const data = root.get('data')
  const value = isJsonObject(data) ? data.get(name) : undefined
  return typeof value === 'string' ? value : undefined
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

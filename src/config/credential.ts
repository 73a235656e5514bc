import { didYouMean } from '../core/suggest.ts'

const credentialKeys = new Set([
  'token',
  'wrapped_token',
  'jwt',
  'secret_id',
  'wrapped_secret_id',
  'password',
  'passwd',
  'passphrase',
  'credential',
  'credentials',
  'api_key',
  'private_key',
  'access_key',
  'access_key_id',
  'secret_key',
  'secret_access_key',
  'session_token',
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
])

/** Whether a key by its name holds a credential itself. No key of the schema does: credentials come from files. */
export function isCredentialKey(key: string): boolean {
  return credentialKeys.has(key.toLowerCase().replaceAll('-', '_'))
}

/** Whether a key, which may be mistyped, is followed by a credential: a line that shows a mistake must not show that. */
export function mayHoldCredential(key: string): boolean {
  const written = key.toLowerCase().replaceAll('-', '_')
  if (isCredentialKey(key) || didYouMean(written, [...credentialKeys]) !== undefined) return true
  return [...credentialKeys].some(known => written.startsWith(known) && written !== `${known}_file`)
}

/** How to do without a literal credential, where the keys that `known` lists are understood. */
export function credentialHint(key: string, known: readonly string[]): string {
  if (known.includes('assume_role'))
    return 'give the agent a role, a profile, or the standard AWS_* variables'
  const fileKeys = known.filter(other => other.endsWith('_file'))
  const meant = fileKeys.filter(other => other === `${key}_file`)
  const named = (meant.length > 0 ? meant : fileKeys).map(other => `"${other}"`)
  if (named.length > 0) return `put it into a file and write its path as ${named.join(' or ')}`
  return 'put it into a file and name the file by a key that ends in "_file"'
}

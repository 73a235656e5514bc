import { ProviderError } from '../../core/errors.ts'
import { type Field, fieldsOfText, type Secret } from '../../core/secret.ts'

/** One value as GetSecretValue and BatchGetSecretValue answer it. */
export interface SecretValue {
  readonly ARN?: string | undefined
  readonly Name?: string | undefined
  readonly VersionId?: string | undefined
  readonly SecretString?: string | undefined
  readonly SecretBinary?: Uint8Array | undefined
}

/**
 * A secret whose version is the id of its value: a value is never changed under its id, so the id changes exactly when the
 * secret rotates. A SecretString that is a JSON object has its fields; a SecretBinary is the one field `value`, as bytes.
 */
export function secretOf({ VersionId, SecretString, SecretBinary }: SecretValue, subject: string): Secret {
  if (typeof VersionId !== 'string') {
    throw new ProviderError('malformed', `${subject} cannot be read: the answer names no version`)
  }
  if (typeof SecretString === 'string') return { fields: fieldsOfText(SecretString), version: VersionId }
  if (!(SecretBinary instanceof Uint8Array)) {
    throw new ProviderError('malformed', `${subject} cannot be read: the answer holds no value`)
  }
  const field: Field = { content: SecretBinary, value: SecretBinary }
  return { fields: new Map([['value', field]]), version: VersionId }
}

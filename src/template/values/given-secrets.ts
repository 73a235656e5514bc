import { ConfigurationError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonDocument } from '../../core/json.ts'
import type { ReadSecret } from '../../core/output.ts'
import { type Reference, secretKey } from '../../core/reference.ts'
import { fieldsOf, type Secret } from '../../core/secret.ts'
import { secretReference } from '../secret-path.ts'
import { writeReference } from '../write-reference.ts'

/** Whom the given answers stand for. */
interface Source {
  readonly secretProvider: string
  readonly writeKey: Uint8Array
}

/**
 * Answers from a document of Vault's answers: by path, with `name=value` behind it where they answer a write.
 * @throws ConfigurationError
 */
export function givenSecrets(document: JsonDocument, source: Source): ReadSecret {
  if (!isJsonObject(document.root)) throw new ConfigurationError('the given secrets are not a JSON object')
  const secrets = new Map<string, Secret>()
  for (const [name, response] of document.root) {
    if (!isJsonObject(response))
      throw new ConfigurationError(`the given answer for "${name}" is not a JSON object`)
    const data = response.get('data')
    const fields = isJsonObject(data) ? fieldsOf(document, data) : new Map()
    secrets.set(secretKey(referenceOf(name, source)), { fields, version: '', response })
  }
  return ({ list, ...reference }) => {
    const secret = secrets.get(secretKey(reference))
    return secret !== undefined && list ? listing(secret) : secret
  }
}

/** A value may hold spaces, for the next parameter begins where a name and `=` follow one. */
function referenceOf(name: string, { secretProvider: provider, writeKey }: Source): Reference {
  const [path = '', ...parameters] = name.trim().split(/\s+(?=[^\s=]+=)/)
  if (parameters.length === 0) return secretReference(path, provider)
  return writeReference({ path, parameters }, { provider, writeKey })
}

function listing({ fields }: Secret): Secret | undefined {
  const keys: Json | Uint8Array | undefined = fields.get('keys')?.value
  if (!Array.isArray(keys)) return undefined
  const names = keys.filter(key => typeof key === 'string')
  return { fields: new Map(names.map(name => [name, { content: name, value: name }])), version: '' }
}

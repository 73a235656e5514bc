import { resolve } from 'node:path'
import type { ResolvedConfiguration } from '../../config/resolved.ts'
import { ConfigurationError, RenderError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonDocument, parseJson } from '../../core/json.ts'
import type { ReadSecret } from '../../core/output.ts'
import { type Reference, secretKey } from '../../core/reference.ts'
import { fieldsOf, type Secret } from '../../core/secret.ts'
import { listed } from '../../core/suggest.ts'
import { givenSecrets } from '../../template/values/given-secrets.ts'
import { secretProviderOf } from '../compose-outputs.ts'
import type { SecretSource } from './preview-outputs.ts'
import { readGiven } from './read-given.ts'

interface GivenFiles {
  readonly data?: string
  readonly secrets?: string
  /** What the names of files are relative to. */
  readonly directory: string
  readonly reads: (file: string) => void
  readonly writeKey: Uint8Array
}

/**
 * Secrets from files: `data` holds them by their names in the configuration, or by `provider:path`; `secrets` holds Vault's
 * answers by path.
 * @throws ConfigurationError
 */
export function givenSource(configuration: ResolvedConfiguration, files: GivenFiles): SecretSource {
  const data = givenData(configuration, files)
  const byPath = givenAnswers(configuration, files)
  const read: ReadSecret = reference => {
    const found = data.secrets.get(secretKey(reference))
    return found === undefined ? byPath(reference) : found
  }
  return {
    read,
    obtain: async () => undefined,
    failureOf(reference) {
      const key = secretKey(reference)
      const declared = configuration.secrets.find(secret => secretKey(secret.reference) === key)
      return declared === undefined ? noAnswer(reference) : noData(declared.names[0] ?? key, data.others)
    },
  }
}

interface GivenData {
  /** By key. */
  readonly secrets: ReadonlyMap<string, Secret | null>
  /** Names that no secret of the configuration has. */
  readonly others: readonly string[]
}

function givenData(configuration: ResolvedConfiguration, files: GivenFiles): GivenData {
  const document = documentOf(files.data, files)
  const given = isJsonObject(document?.root) ? document.root : new Map<string, Json>()
  const secrets = new Map<string, Secret | null>()
  const others = new Set(given.keys())
  for (const { names, reference, optional } of configuration.secrets) {
    const key = secretKey(reference)
    const name = [...names, key].find(candidate => given.has(candidate))
    const value = name === undefined ? undefined : given.get(name)
    if (name !== undefined) others.delete(name)
    if (value === null || (value === undefined && optional)) secrets.set(key, null)
    else if (value !== undefined && document !== undefined) secrets.set(key, secretOf(document, value))
  }
  return { secrets, others: [...others] }
}

/** A value that is no object is a secret of one value. */
function secretOf(document: JsonDocument, value: Json): Secret {
  if (isJsonObject(value)) return { version: 'given', fields: fieldsOf(document, value) }
  return { version: 'given', fields: new Map([['value', { content: document.textOf(value), value }]]) }
}

function givenAnswers(configuration: ResolvedConfiguration, files: GivenFiles): ReadSecret {
  const document = documentOf(files.secrets, files)
  const secretProvider = secretProviderOf(configuration)
  if (document === undefined || secretProvider === undefined) return () => undefined
  return givenSecrets(document, { secretProvider, writeKey: files.writeKey })
}

function documentOf(name: string | undefined, { directory, reads }: GivenFiles): JsonDocument | undefined {
  if (name === undefined) return undefined
  const text = readGiven(resolve(directory, name), { name, reads })
  try {
    const document = parseJson(text)
    if (isJsonObject(document.root)) return document
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ConfigurationError(`"${name}" is ${error.message}`)
  }
  throw new ConfigurationError(`"${name}" is not a JSON object`)
}

function noData(name: string, others: readonly string[]): Error {
  const hint =
    others.length === 0
      ? `add it to the file of --data: {"${name}": {"field": "value"}}`
      : `it holds what no secret of the configuration is called: ${listed(others)}`
  return new RenderError(`the given data does not hold "${name}"`, { hint })
}

function noAnswer({ path, write }: Reference): Error {
  const [what, entry] = write === undefined ? ['', path] : [' with parameters', `${path} name=value`]
  return new RenderError(`the given secrets do not hold "${path}"${what}`, {
    hint: `add Vault's answer to the file of --secrets: {"${entry}": {"data": {...}}}`,
  })
}

import { ConfigurationError, RenderError } from '../core/errors.ts'
import { isJsonObject, type Json, parseJson } from '../core/json.ts'
import type { ReadSecret } from '../core/output.ts'
import { secretKey } from '../core/reference.ts'
import type { Secret } from '../core/secret.ts'
import { execute } from './execute.ts'
import { templateFunctions } from './functions.ts'
import { bytesOfString } from './go-string.ts'
import { parse } from './parse.ts'
import { Pass } from './pass.ts'
import { secretReference } from './secret-path.ts'

export interface OfflineOptions {
  readonly text: string
  /** For errors. */
  readonly name: string
  /** JSON text of the dot: name -> fields. None: nil. */
  readonly dataJson?: string | undefined
  /**
   * JSON text: path -> Vault's answer to reading it, `{"data": {...}, "lease_id": ..., ...}`; `secrets` takes the names
   * from `data.keys`, as Vault answers a listing.
   */
  readonly secretsJson?: string | undefined
  readonly left?: string | undefined
  readonly right?: string | undefined
  /** Whether a missing key is an error, the default, or no value. */
  readonly missingKey?: 'error' | 'zero' | undefined
}

const provider = 'offline'

/**
 * Renders a template from given data, asking nobody. Answers bytes where the output is not UTF-8.
 * @throws ConfigurationError where template or data do not parse
 * @throws RenderError
 */
export function renderOffline(options: OfflineOptions): string | Uint8Array {
  const template = parse(options.text, { ...options, functions: templateFunctions })
  const dot = options.dataJson === undefined ? undefined : parseGiven(options.dataJson, 'data').root
  const pass = new Pass(givenSecrets(options.secretsJson ?? '{}'), provider)
  const output = execute(template, { dot: dot ?? undefined, pass, strict: options.missingKey !== 'zero' })
  if (pass.missing.length > 0) {
    const paths = pass.missing.map(reference => `"${reference.path}"`).sort()
    throw new RenderError(`the template asks for ${paths.join(', ')}, which the given secrets do not hold`, {
      hint: 'add the path with Vault\'s answer to the secrets file: {"path": {"data": {...}}}',
    })
  }
  return output.isWellFormed() ? output : bytesOfString(output)
}

function givenSecrets(json: string): ReadSecret {
  const document = parseGiven(json, 'secrets')
  if (!isJsonObject(document.root)) throw new ConfigurationError('the given secrets are not a JSON object')
  const answers = new Map<string, ReadonlyMap<string, Json>>()
  for (const [path, answer] of document.root) {
    if (!isJsonObject(answer))
      throw new ConfigurationError(`the given answer for "${path}" is not a JSON object`)
    answers.set(secretKey(secretReference(path, provider)), answer)
  }
  return ({ list, ...reference }) => {
    const answer = answers.get(secretKey(reference))
    if (answer === undefined) return undefined
    return list ? listing(answer) : { fields: new Map(), version: '', response: answer }
  }
}

function listing(answer: ReadonlyMap<string, Json>): Secret | undefined {
  const data = answer.get('data')
  const keys = isJsonObject(data) ? data.get('keys') : undefined
  if (!Array.isArray(keys)) return undefined
  const names = keys.filter(key => typeof key === 'string')
  return { fields: new Map(names.map(name => [name, { content: name, value: name }])), version: '' }
}

function parseGiven(json: string, what: string) {
  try {
    return parseJson(json)
  } catch (error) {
    throw new ConfigurationError(
      `the given ${what} are ${error instanceof SyntaxError ? error.message : 'not JSON'}`,
    )
  }
}

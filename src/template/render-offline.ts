import { ConfigurationError, RenderError } from '../core/errors.ts'
import { type JsonDocument, parseJson } from '../core/json.ts'
import type { ReadSecret } from '../core/output.ts'
import { templateFileProvider } from '../core/reference.ts'
import { shortened } from '../core/shortened.ts'
import { execute } from './execute/execute.ts'
import { Pass } from './execute/pass.ts'
import { functionsAllowing, loadFunctions } from './functions.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { nothingOutside, type Outside } from './outside.ts'
import { parse } from './parse/parse.ts'
import { bytesOfString } from './text/go-string.ts'
import { givenSecrets } from './values/given-secrets.ts'

export interface OfflineOptions {
  readonly text: string
  /** For errors. */
  readonly name: string
  /** JSON text of the dot: name -> fields. None: nil. */
  readonly dataJson?: string | undefined
  /**
   * JSON text: path -> Vault's answer to reading it, `{"data": {...}, "lease_id": ..., ...}`; `secrets` takes the names
   * from `data.keys`, as Vault answers a listing. The answer to a write stands under `path name=value name=value`.
   */
  readonly secretsJson?: string | undefined
  readonly left?: string | undefined
  readonly right?: string | undefined
  /** What `file` reads, by path. */
  readonly files?: ReadonlyMap<string, string> | undefined
  /** Default: nothing. */
  readonly outside?: Outside | undefined
  /** Whether a missing key is an error, the default, or no value. */
  readonly missingKey?: 'error' | 'zero' | undefined
  readonly limits?: Limits | undefined
}

/** The answers never leave this process, so that the key need not be secret. */
const source = { secretProvider: 'offline', writeKey: new Uint8Array() }

/**
 * Renders a template from given data, asking nobody. Answers bytes where the output is not UTF-8.
 * @throws ConfigurationError where template or data do not parse
 * @throws RenderError
 */
export async function renderOffline(options: OfflineOptions): Promise<string | Uint8Array> {
  const { outside = nothingOutside, limits = defaultLimits } = options
  const template = parse(options.text, { ...options, functions: functionsAllowing(outside.allow) })
  const dot = options.dataJson === undefined ? undefined : parseGiven(options.dataJson, 'data').root
  const pass = new Pass(given(options), { ...source, outside, limits })
  pass.knownKeys.addAll(dot, 2)
  const functions = await loadFunctions(template.functions)
  const strict = options.missingKey !== 'zero'
  const output = execute(template, { dot: dot ?? undefined, pass, functions, strict })
  if (pass.missing.length > 0) {
    throw new RenderError(
      `the template asks for ${missingPaths(pass, options.text)}, which the given secrets do not hold`,
      {
        hint: 'add Vault\'s answer to the secrets file, as {"path": {"data": {...}}} or {"path name=value": {"data": {...}}}',
      },
    )
  }
  return output.isWellFormed() ? output : bytesOfString(output)
}

/** A path that the template computes may be made of a secret. */
function missingPaths({ missing }: Pass, text: string): string {
  const written = missing.filter(({ path }) => text.includes(path))
  const paths = written
    .map(({ path, write }) => `"${shortened(path)}"${write ? ' with parameters' : ''}`)
    .sort()
  const computed = missing.length - written.length
  if (computed > 0)
    paths.push(computed === 1 ? 'a path that it computes' : `${computed} paths that it computes`)
  return paths.join(', ')
}

function given({ secretsJson = '{}', files = new Map() }: OfflineOptions): ReadSecret {
  const secrets = givenSecrets(parseGiven(secretsJson, 'secrets'), source)
  return reference => {
    if (reference.provider !== templateFileProvider) return secrets(reference)
    const content = files.get(reference.path)
    return content === undefined
      ? undefined
      : { fields: new Map([['value', { content, value: content }]]), version: '' }
  }
}

function parseGiven(json: string, what: string): JsonDocument {
  try {
    return parseJson(json)
  } catch (error) {
    throw new ConfigurationError(
      `the given ${what} are ${error instanceof SyntaxError ? error.message : 'not JSON'}`,
    )
  }
}

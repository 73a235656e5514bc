import { randomBytes } from 'node:crypto'
import { RenderError } from '../core/errors.ts'
import type { Rendered, Renderer } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import { didYouMean, listed } from '../core/suggest.ts'
import { type ExecuteOptions, execute } from './execute/execute.ts'
import { Pass } from './execute/pass.ts'
import { functionsAllowing, loadFunctions } from './functions.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { nothingOutside, type Outside } from './outside.ts'
import { ParsedTemplate } from './parse/nodes.ts'
import { parse } from './parse/parse.ts'
import { namedSecrets } from './references.ts'
import { positionAt, TemplateSyntaxError } from './template-error.ts'
import { bytesOfString } from './text/go-string.ts'
import { LazyMap } from './values/lazy-map.ts'
import { secretData } from './values/secret-value.ts'
import type { Value } from './values/values.ts'

export interface CompileOptions {
  /** What `readTemplate` made of the text, so that it is parsed once; without it, it is parsed here. */
  readonly parsed?: unknown
  /** For errors: the file's path, or the output's where the template stands in the configuration. */
  readonly name: string
  /** The configured secrets: `{{ .name.field }}`; a reference with a field is that field's value. */
  readonly dot: ReadonlyMap<string, Reference>
  /** Name of the provider that the functions `secret` and `secrets` ask. */
  readonly secretProvider?: string | undefined
  /** 32 random bytes: templates that have the same share what they make by equal writes. Default: a key of its own. */
  readonly writeKey?: Uint8Array | undefined
  /** Delimiters, default `{{` and `}}`. */
  readonly left?: string | undefined
  readonly right?: string | undefined
  /** Whether a missing key is an error, the default, or no value. */
  readonly missingKey?: 'error' | 'zero' | undefined
  /** Default: nothing. */
  readonly outside?: Outside | undefined
  /** Of parsing, and of each execution. */
  readonly limits?: Limits | undefined
}

/**
 * Makes of a template what renders it often, and loads the code of the functions that it calls, so that rendering
 * need not wait.
 * @throws TemplateSyntaxError where it does not parse or names a secret that is not configured
 */
export async function compileTemplate(text: string, options: CompileOptions): Promise<Renderer> {
  const {
    dot,
    secretProvider,
    writeKey = randomBytes(32),
    missingKey,
    outside = nothingOutside,
    limits = defaultLimits,
  } = options
  const template =
    options.parsed instanceof ParsedTemplate
      ? options.parsed
      : parse(text, { ...options, functions: functionsAllowing(outside.allow) })
  const references = referencesOf(template, options)
  const functions = await loadFunctions(template.functions)
  return {
    references,
    render: (read, tell) => {
      const pass = new Pass(read, { secretProvider, writeKey, outside, limits })
      const strict = missingKey !== 'zero'
      return renderPass(template, { dot: lazyDot(dot, pass), pass, functions, strict, tell })
    },
  }
}

function renderPass(template: ParsedTemplate, options: ExecuteOptions): Rendered {
  const { pass } = options
  try {
    const output = execute(template, options)
    if (pass.missing.length > 0) return { missing: pass.missing, used: pass.used }
    const { used, declared } = pass
    const content = output.isWellFormed() ? output : bytesOfString(output)
    return { content, used, declared: declared.length === 0 ? undefined : declared }
  } catch (error) {
    // What failed may have needed what is missing; if not, it fails again once that is there.
    if (error instanceof RenderError && pass.missing.length > 0)
      return { missing: pass.missing, used: pass.used }
    throw error
  }
}

function lazyDot(dot: ReadonlyMap<string, Reference>, pass: Pass): Value {
  const map = new LazyMap(dot, name => {
    const reference = dot.get(name)
    if (reference === undefined) return undefined
    const secret = pass.read(reference)
    if (secret === undefined) pass.tolerant = true
    if (secret === undefined || secret === null) return secret
    const data = secretData(secret, reference)
    if (reference.field === undefined) pass.knownKeys.add(data, () => [...secret.fields.keys()])
    return data
  })
  pass.knownKeys.add(map, () => [...dot.keys()])
  return map
}

/** What the template names of the dot, or all of it where it uses it as a whole, and its literal paths. */
function referencesOf(template: ParsedTemplate, { dot, secretProvider }: CompileOptions): Reference[] {
  const { names, whole, paths } = namedSecrets(template, secretProvider ?? '')
  for (const [name, at] of names)
    if (!dot.has(name)) throw undeclared(template, { name, at, declared: [...dot.keys()] })
  const named = [...dot].filter(([name]) => whole || names.has(name)).map(([, reference]) => reference)
  const all = [...named, ...paths.filter(({ provider }) => provider !== '')]
  return [...new Map(all.map(reference => [secretKey(reference), reference])).values()]
}

function undeclared(
  template: ParsedTemplate,
  {
    name,
    at,
    declared,
  }: { readonly name: string; readonly at: number; readonly declared: readonly string[] },
): TemplateSyntaxError {
  return new TemplateSyntaxError(`no secret "${name}" is configured`, {
    template: template.name,
    ...positionAt(template.text, at),
    hint:
      didYouMean(name, declared) ??
      (declared.length === 0
        ? 'declare it under "secrets"'
        : `declare it under "secrets"; there are ${listed(declared)}`),
  })
}

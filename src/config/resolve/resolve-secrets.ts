import type { Place } from '../../core/problem.ts'
import { parseReference, type Reference, secretKey } from '../../core/reference.ts'
import { didYouMean, listed } from '../../core/suggest.ts'
import { quote } from '../quote.ts'
import type { ProviderSettings, ResolvedSecret } from '../resolved.ts'
import type { SecretInput } from '../schema/configuration.ts'
import { providerSchema } from '../schema/providers.ts'
import type { DataPath, TextPosition } from '../source.ts'
import { attempt, namesIn, type Resolution, report } from './resolution.ts'

/** Where a template names a secret. */
interface InTemplate {
  /** In its own file. */
  readonly inFile?: Place | undefined
  /** In the text that the configuration holds. */
  readonly within?: TextPosition | undefined
}

/** The secrets of a configuration: those declared, and those that outputs name by a whole reference. */
export interface SecretBook {
  /** What `value` names: `name`, `name.field` or a whole reference. Undefined where it names nothing, which is reported. */
  valueOf(text: string, path: DataPath): Reference | undefined
  /** A declared secret. Undefined where there is none, which is reported. */
  declared(name: string, path: DataPath, within?: InTemplate): Reference | undefined
  /** For what may use any secret, as far as anybody knows. */
  useAll(): void
  readonly unused: readonly string[]
  /** By secret: two names for one are one entry. */
  readonly secrets: readonly ResolvedSecret[]
  /** With `file`, where something uses it without an entry of its own. */
  readonly providers: readonly ProviderSettings[]
}

export function createSecretBook(
  resolution: Resolution,
  declaredProviders: readonly ProviderSettings[],
): SecretBook {
  const providers = new Map(declaredProviders.map(provider => [provider.name, provider]))
  const references = new Map<string, Reference>()
  const secrets = new Map<string, ResolvedSecret>()
  const unused = new Set(Object.keys(resolution.input.secrets))
  const providerNames = namesIn(resolution.source, 'providers')
  const secretNames = namesIn(resolution.source, 'secrets')

  const readReference = (text: string, path: DataPath): Reference | undefined => {
    const reference = attempt(resolution, path, () => parseReference(text))
    if (reference === undefined) return undefined
    if (reference.provider === 'file' && !providerNames.includes('file')) {
      providers.set('file', implicitFileProvider())
    }
    const provider = providers.get(reference.provider)
    if (provider === undefined) {
      // One that is declared but broken has been reported where it stands.
      if (!providerNames.includes(reference.provider)) {
        const hint = didYouMean(reference.provider, providerNames) ?? 'declare it under providers'
        report(resolution, { path, message: `there is no provider "${reference.provider}"`, hint })
      }
      return undefined
    }
    checkSelector(resolution, path, reference, provider.type)
    return provider.type === 'file' ? { ...reference, path: resolution.absolute(reference.path) } : reference
  }

  const remember = (reference: Reference, name: string | undefined, settings: SecretSettings) => {
    const provider = providers.get(reference.provider)
    if (provider === undefined) return
    const { field: _, ...whole } = reference
    const earlier = secrets.get(secretKey(whole))
    const refreshMs = settings.refresh ?? provider.refreshMs
    const revokeAfterMs = settings.revoke_after ?? revokeAfterMsOf(provider)
    secrets.set(secretKey(whole), {
      names: [...(earlier?.names ?? []), ...(name === undefined ? [] : [name])],
      reference: whole,
      // Of two names for one secret the stricter settings hold for both.
      refreshMs: Math.min(refreshMs, earlier?.refreshMs ?? refreshMs),
      maxStaleMs: smaller(settings.max_stale, earlier?.maxStaleMs),
      optional: settings.optional && (earlier?.optional ?? true),
      revokeAfterMs: Math.max(revokeAfterMs, earlier?.revokeAfterMs ?? revokeAfterMs),
      onRevoked: earlier?.onRevoked === 'remove' ? 'remove' : settings.on_revoked,
    })
  }

  const declare = (name: string, input: SecretInput) => {
    const settings: SecretSettings = typeof input === 'string' ? noSettings : input
    const path = ['secrets', name, ...(typeof input === 'string' ? [] : ['from'])]
    const reference = readReference(typeof input === 'string' ? input : input.from, path)
    if (reference === undefined) return
    if (reference.field !== undefined) {
      const hint = `leave out "#${reference.field}" here and write ${name}.${reference.field} where it is used`
      report(resolution, { path, message: 'a declared secret is a whole secret, not one field', hint })
    }
    checkAge(resolution, name, settings, providers.get(reference.provider)?.refreshMs ?? 0)
    references.set(name, reference)
    remember(reference, name, settings)
  }
  for (const [name, input] of Object.entries(resolution.input.secrets)) declare(name, input)

  const declared = (
    name: string,
    path: DataPath,
    { inFile, within }: InTemplate = {},
  ): Reference | undefined => {
    unused.delete(name)
    if (!secretNames.includes(name)) {
      const hint =
        didYouMean(name, secretNames) ??
        `declare it under secrets${secretNames.length === 0 ? '' : `; there are ${listed(secretNames)}`}`
      const message = `there is no secret ${quote(name)}`
      if (inFile === undefined) report(resolution, { path, within, message, hint })
      else resolution.problems.push({ ...inFile, message, hint })
    }
    return references.get(name)
  }

  return {
    declared,
    useAll: () => unused.clear(),
    valueOf(text, path) {
      if (isReference(text)) {
        const reference = readReference(text, path)
        const key = reference && secretKey(reference)
        if (reference !== undefined && key !== undefined && !secrets.has(key)) {
          remember(reference, undefined, noSettings)
        }
        return reference
      }
      const [, name = '', field] = /^([^.]*)(?:\.(.+))?$/s.exec(text) ?? []
      const reference = declared(name, path)
      return reference && (field === undefined ? reference : { ...reference, field })
    },
    get unused() {
      return [...unused]
    },
    get secrets() {
      return [...secrets.values()]
    },
    get providers() {
      return [...providers.values()]
    },
  }
}

type SecretSettings = Omit<Exclude<SecretInput, string>, 'from'>

const noSettings: SecretSettings = { optional: false, on_revoked: 'keep' }

const selectors = { vault: ['version'], aws: ['version', 'stage'], file: [] as string[] }

function checkSelector(
  resolution: Resolution,
  path: DataPath,
  reference: Reference,
  type: ProviderSettings['type'],
): void {
  const used =
    reference.version !== undefined ? 'version' : reference.stage !== undefined ? 'stage' : undefined
  if (used !== undefined && !selectors[type].includes(used)) {
    report(resolution, { path, message: `a secret of type ${type} cannot be asked for by "?${used}="` })
  } else if (type === 'vault' && reference.version !== undefined && !/^[1-9]\d*$/.test(reference.version)) {
    report(resolution, { path, message: `${quote(reference.version)} is not the number of a version` })
  }
}

/** Of the others no secret has a lease. */
function revokeAfterMsOf(provider: ProviderSettings): number {
  return provider.type === 'vault' ? provider.revokeAfterMs : 0
}

function checkAge(
  resolution: Resolution,
  name: string,
  settings: SecretSettings,
  providerRefreshMs: number,
): void {
  const refreshMs = settings.refresh ?? providerRefreshMs
  if (settings.max_stale === undefined || settings.max_stale >= refreshMs) return
  report(resolution, {
    path: ['secrets', name, 'max_stale'],
    message: '"max_stale" is shorter than "refresh"',
    hint: 'between two reads the agent would not be ready; write a longer one, such as ten times "refresh"',
  })
}

/** Needs no settings, so it needs no entry; its defaults are the schema's. */
function implicitFileProvider(): ProviderSettings {
  return { type: 'file', name: 'file', refreshMs: providerSchema.parse({ type: 'file' }).refresh }
}

function isReference(text: string): boolean {
  return /^[A-Za-z][\w-]*:/.test(text)
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

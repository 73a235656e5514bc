import type { FileSource, ResolvedConfiguration, ResolvedOutput } from '../config/resolved.ts'
import type { Output, Renderer } from '../core/output.ts'
import type { Clock } from '../core/ports.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import { type ComposedOutside, composeOutside, type TemplateSource } from './compose-outside.ts'

export interface OutputEnds {
  /** 32 random bytes; what templates make by equal writes is made once, as long as the key is the same. */
  readonly writeKey: Uint8Array
  readonly clock: Clock
}

/**
 * The configuration's outputs with what renders them.
 * @throws TemplateSyntaxError
 */
export function composeOutputs(configuration: ResolvedConfiguration, ends: OutputEnds): Promise<Output[]> {
  const { writeKey, clock } = ends
  const dot = new Map(
    configuration.secrets.flatMap(({ names, reference }) =>
      names.map((name): [string, Reference] => [name, reference]),
    ),
  )
  const nameOf = new Map(
    configuration.secrets.map(({ names: [name], reference }) => [secretKey(reference), name]),
  )
  const sources = { ...configuration, dot, nameOf, writeKey, outsideOf: composeOutside(configuration, clock) }
  return Promise.all(configuration.outputs.map(output => outputOf(output, sources)))
}

/** The provider that a template asks by `secret "path"`. */
export function secretProviderOf({
  providers,
}: Pick<ResolvedConfiguration, 'providers'>): string | undefined {
  const vaults = providers.filter(({ type }) => type === 'vault').map(({ name }) => name)
  return vaults.includes('vault') ? 'vault' : vaults[0]
}

type Sources = Pick<ResolvedConfiguration, 'providers' | 'templates'> & {
  /** What templates name. */
  readonly dot: ReadonlyMap<string, Reference>
  /** What errors call a secret, by its key. */
  readonly nameOf: ReadonlyMap<string, string | undefined>
  readonly writeKey: Uint8Array
  readonly outsideOf: ComposedOutside
}

async function outputOf(output: ResolvedOutput, sources: Sources): Promise<Output> {
  const files = await Promise.all(
    output.files.map(async ({ source, ...file }) => ({
      ...file,
      renderer:
        source.kind === 'template'
          ? await templateOf(source, output, sources)
          : await rendererOf(source, sources),
    })),
  )
  return { ...output, files }
}

/** What only one kind of output needs is loaded for that kind only. */
async function templateOf(
  source: TemplateSource,
  output: ResolvedOutput,
  sources: Sources,
): Promise<Renderer> {
  const { dot, writeKey, outsideOf } = sources
  const { text, parsed, name, delimiters: [left, right] = [], missingKey } = source
  const { compileTemplate } = await import('../template/compile-template.ts')
  const secretProvider = secretProviderOf(sources)
  const outside = outsideOf(output, source)
  const { limits } = sources.templates
  return compileTemplate(text, {
    parsed,
    name,
    left,
    right,
    dot,
    secretProvider,
    writeKey,
    missingKey,
    outside,
    limits,
  })
}

async function rendererOf(source: Exclude<FileSource, TemplateSource>, sources: Sources): Promise<Renderer> {
  const { compileFormat, renderValue } = await import('../template/compile-format.ts')
  const { reference } = source
  const { limits } = sources.templates
  const name = sources.nameOf.get(secretKey(reference))
  if (source.kind === 'format') return compileFormat(reference, source.format, { name, limits })
  return renderValue(reference, reference.field, name)
}

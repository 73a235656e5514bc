import type { FileSource, ResolvedConfiguration, ResolvedOutput } from '../config/resolved.ts'
import type { Output, Renderer } from '../core/output.ts'
import { type Reference, secretKey } from '../core/reference.ts'

/**
 * The configuration's outputs with what renders them.
 * @param writeKey 32 random bytes; what templates make by equal writes is made once, as long as the key is the same
 * @throws TemplateSyntaxError
 */
export function composeOutputs(
  configuration: ResolvedConfiguration,
  writeKey: Uint8Array,
): Promise<Output[]> {
  const sources = { ...configuration, writeKey }
  return Promise.all(configuration.outputs.map(output => outputOf(output, sources)))
}

/** The provider that a template asks by `secret "path"`. */
export function secretProviderOf({
  providers,
}: Pick<ResolvedConfiguration, 'providers'>): string | undefined {
  const vaults = providers.filter(({ type }) => type === 'vault').map(({ name }) => name)
  return vaults.includes('vault') ? 'vault' : vaults[0]
}

type Sources = Pick<ResolvedConfiguration, 'secrets' | 'providers'> & { readonly writeKey: Uint8Array }

async function outputOf(output: ResolvedOutput, sources: Sources): Promise<Output> {
  const files = await Promise.all(
    output.files.map(async ({ source, ...file }) => ({
      ...file,
      renderer: await rendererOf(source, sources),
    })),
  )
  return { ...output, files }
}

/** What only one kind of output needs is loaded for that kind only. */
async function rendererOf(source: FileSource, sources: Sources): Promise<Renderer> {
  const { secrets, writeKey } = sources
  if (source.kind === 'template') {
    const { compileTemplate } = await import('../template/compile-template.ts')
    const dot = new Map(
      secrets.flatMap(({ names, reference }) => names.map((name): [string, Reference] => [name, reference])),
    )
    const secretProvider = secretProviderOf(sources)
    return compileTemplate(source.text, { name: source.name, dot, secretProvider, writeKey })
  }
  const { compileFormat, renderValue } = await import('../template/compile-format.ts')
  const { reference } = source
  const name = nameOf(reference, sources)
  if (source.kind === 'format') return compileFormat(reference, source.format, name)
  return renderValue(reference, reference.field, name)
}

function nameOf(reference: Reference, { secrets }: Sources): string | undefined {
  const key = secretKey(reference)
  return secrets.find(secret => secretKey(secret.reference) === key)?.names[0]
}

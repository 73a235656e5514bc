import { getegid, geteuid } from 'node:process'
import type { Output, OutputFile, RenderedOutput } from '../../src/core/output.ts'

/** Somebody else where the test is root and can give files away, else ourselves. */
export const owner = geteuid?.() === 0 ? 10001 : (geteuid?.() ?? 0)
export const group = geteuid?.() === 0 ? 10001 : (getegid?.() ?? 0)

type FileOptions = Partial<Pick<OutputFile, 'mode' | 'owner' | 'group' | 'validate'>>

export interface RenderedOptions extends FileOptions {
  /** Of a file: what its template declares, contents by path. */
  readonly further?: Readonly<Record<string, string>>
  readonly version?: string
  readonly outputValidate?: Output['validate']
}

/** A file output as rendered. */
export function renderedFile(path: string, content: string, options: RenderedOptions = {}): RenderedOutput {
  const { further, ...own } = options
  const declared = Object.entries(further ?? {}).map(([name, text]) => renderedFile(name, text, own))
  const output = rendered({ path, kind: 'file' }, { '': content }, own)
  return further === undefined ? output : { ...output, further: declared }
}

/** A directory output as rendered, with contents by file name. */
export function renderedDirectory(
  path: string,
  contents: Readonly<Record<string, string>>,
  options: RenderedOptions = {},
): RenderedOutput {
  return rendered({ path, kind: 'directory' }, contents, options)
}

function rendered(
  output: Pick<Output, 'path' | 'kind'>,
  contents: Readonly<Record<string, string>>,
  { version = '1', outputValidate, ...options }: RenderedOptions,
): RenderedOutput {
  const files = Object.keys(contents).map(name => ({
    name,
    mode: 0o400,
    owner,
    group,
    renderer: { references: [], render: () => ({ missing: [] }) },
    ...options,
  }))
  return {
    output: { ...output, files, validate: outputValidate },
    contents: Object.values(contents).map(content => Buffer.from(content)),
    versions: { 'memory:secret': version },
  }
}

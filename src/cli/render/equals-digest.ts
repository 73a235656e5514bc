import { createFileSystem } from '../../publish/file-system.ts'
import { digestOf, readState } from '../../publish/state.ts'
import type { Preview } from './preview-outputs.ts'

/**
 * Whether an output is what the agent published last, by the digest in its state: where its files cannot be read. That
 * counts owners and modes too. Undefined where the state cannot be read either, or knows nothing of it.
 * @param previews all files of the output
 */
export function equalsDigest(previews: readonly Preview[], stateDirectory: string): boolean | undefined {
  const [first] = previews
  if (first === undefined) return undefined
  try {
    const state = readState({ fileSystem: createFileSystem(), stateDirectory })
    const entry = state?.outputs.get(first.output.path)?.current
    if (state === undefined || entry === undefined) return undefined
    const rendered = previews.flatMap(({ file, outcome }) =>
      outcome.kind === 'rendered' ? [{ file, outcome }] : [],
    )
    // One file of a directory says nothing of the whole.
    if (rendered.length !== entry.files.length) return undefined
    const output = { ...first.output, files: rendered.map(({ file }) => file) }
    const contents = rendered.map(({ outcome }) => outcome.content)
    return digestOf({ output, contents, versions: {} }, state) === entry.digest
  } catch {
    // It belongs to the agent, or is of another version.
    return undefined
  }
}

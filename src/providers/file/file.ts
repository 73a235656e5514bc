import { createHmac, randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ProviderError } from '../../core/errors.ts'
import type { Journal, Provider } from '../../core/ports.ts'
import { type Reference, secretKey } from '../../core/reference.ts'
import { type Field, fieldsOfText, type Secret } from '../../core/secret.ts'
import { CredentialFileError, createCredentialReader } from '../../platform/read-credential.ts'
import { untilAborted } from '../../platform/until-aborted.ts'
import { readBelow } from './read-below.ts'
import { readSource, type Source } from './read-source.ts'
import { isSingleFileMount } from './single-file-mount.ts'
import { type PathWatch, watchPath } from './watch-path.ts'

export interface FileSettings {
  readonly type: 'file'
  readonly name: string
  /** Files in and below these directories only, and each is one text, whatever it holds. Default: secrets, anywhere. */
  readonly below?: readonly string[] | undefined
}

const maxBytes = 1024 * 1024

/**
 * Secrets that lie in files: a file is one secret, a directory is one with a field per file. Every byte is delivered as it
 * is, a line feed at the end too.
 * The version is a digest under a key of this process: it shows a change and nothing of the content.
 */
export function createFileProvider(
  { name, below }: FileSettings,
  { journal, mountInfo = '/proc/self/mountinfo' }: { journal: Journal; mountInfo?: string },
): Provider {
  const digestKey = randomBytes(32)
  const reader = createCredentialReader(journal)
  const closing = new AbortController()
  const watches = new Map<string, PathWatch>()
  const looked = new Set<string>()

  async function read(reference: Reference): Promise<Secret> {
    // A watch that is begun in the same turn is there before the file is read, so no change falls between the two.
    await nextTurn()
    const { path } = reference
    await watches.get(path)?.arm()
    refuseSelectors(reference)
    if (below !== undefined) {
      const bytes = await readBelow(path, { below, maxBytes }).catch(translate)
      const version = versionOf({ kind: 'file', bytes }, digestKey)
      return { fields: new Map([['value', fieldOfBytes(bytes)]]), version }
    }
    const source = await readSource(path, { reader, maxBytes }).catch(translate)
    return { fields: fieldsOfSource(source), version: versionOf(source, digestKey) }
  }

  async function warnOfSingleFileMount(path: string): Promise<void> {
    if (looked.has(path)) return
    looked.add(path)
    if (!(await isSingleFileMount(path, mountInfo))) return
    journal.record(
      'warn',
      'file_rotation_not_visible',
      `"${path}" is mounted as a single file: when it is replaced outside, the old one stays visible here; mount its directory instead`,
      { provider: name, path },
    )
  }

  return {
    name,
    async fetch(reference, signal) {
      return await untilAborted(read(reference), AbortSignal.any([signal, closing.signal]))
    },

    watch({ path }, changed) {
      const watch = watchPath(path, changed)
      watches.set(path, watch)
      void watch.arm()
      void warnOfSingleFileMount(path)
      return {
        [Symbol.dispose]() {
          watch[Symbol.dispose]()
          if (watches.get(path) === watch) watches.delete(path)
        },
      }
    },

    async close() {
      closing.abort(new ProviderError('unreachable', `provider "${name}" is closed`))
      for (const watch of watches.values()) watch[Symbol.dispose]()
      watches.clear()
    },
  }
}

function refuseSelectors(reference: Reference): void {
  if (reference.version === undefined && reference.stage === undefined && !reference.list) return
  throw new ProviderError('missing', `"${secretKey(reference)}" is not to be had`, {
    hint: 'a file has its current content only: name it without version and stage',
  })
}

function translate(error: unknown): never {
  if (!(error instanceof CredentialFileError)) throw error
  throw new ProviderError(error.kind, error.message, { hint: error.hint })
}

function fieldsOfSource(source: Source): ReadonlyMap<string, Field> {
  if (source.kind === 'directory') {
    return new Map([...source.files].map(([name, bytes]) => [name, fieldOfBytes(bytes)]))
  }
  const field = fieldOfBytes(source.bytes)
  return typeof field.content === 'string' ? fieldsOfText(field.content) : new Map([['value', field]])
}

function fieldOfBytes(bytes: Buffer): Field {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { content: text, value: text }
  } catch {
    return { content: bytes, value: bytes }
  }
}

function versionOf(source: Source, key: Buffer): string {
  const digest = createHmac('sha256', key)
  const files = source.kind === 'directory' ? source.files : new Map([['', source.bytes]])
  // Lengths go in too: otherwise what moves from one file into the next would not show.
  for (const [name, bytes] of files) digest.update(`${name}\0${bytes.length}\0`).update(bytes)
  return digest.digest('hex').slice(0, 16)
}

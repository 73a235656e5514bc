import { constants, type Stats } from 'node:fs'
import { open, realpath, stat, unlink } from 'node:fs/promises'
import process from 'node:process'
import { KeyturnError } from '../core/errors.ts'
import type { Journal } from '../core/ports.ts'
import { isProvidedByContainer } from './container-mount.ts'

/** A bootstrap or source file that is absent, not safe to use, or unusable. The kinds are those of a ProviderError. */
export class CredentialFileError extends KeyturnError {
  override readonly name = 'CredentialFileError'
  readonly kind: 'missing' | 'forbidden' | 'malformed'

  constructor(kind: CredentialFileError['kind'], message: string, hint?: string) {
    super(message, { hint })
    this.kind = kind
  }
}

export interface CredentialReader {
  /**
   * A credential as text, without the line feed that editors leave at its end.
   * @throws CredentialFileError, also where it is empty
   */
  text(path: string): Promise<string>
  /**
   * As `text`, but removes the file and remembers what it held, for all readers that share `taken`. A new file of that name
   * takes its place. Where it cannot be removed, that is recorded once.
   * @throws CredentialFileError
   */
  take(path: string): Promise<string>
  /**
   * A file's bytes.
   * @throws CredentialFileError
   */
  bytes(path: string, maxBytes: number): Promise<Buffer>
}

export interface ReaderOptions {
  readonly providedByContainer?: (path: string) => Promise<boolean>
  /** What `take` has taken, by path. */
  readonly taken?: Map<string, string> | undefined
}

const maxCredentialBytes = 64 * 1024

/**
 * Reads files that hold secrets, afresh at each call. A file that others can write is refused, and so is one that others
 * can read, except where the container's engine put it there (Swarm secrets are 0444, Compose's 0644): that is recorded
 * once for each path.
 */
export function createCredentialReader(
  journal: Journal,
  { providedByContainer = isProvidedByContainer, taken = new Map<string, string>() }: ReaderOptions = {},
): CredentialReader {
  const recorded = new Set<string>()
  const kept = new Set<string>()

  const refuseIfExposed = async (path: string, { mode }: Stats) => {
    if ((mode & 0o002) !== 0) {
      throw new CredentialFileError(
        'forbidden',
        `"${path}" can be written by others (mode ${octal(mode)})`,
        `chmod 400 ${path}`,
      )
    }
    if ((mode & 0o004) === 0 || recorded.has(path)) return
    if (!(await providedByContainer(await realpath(path)))) {
      throw new CredentialFileError(
        'forbidden',
        `"${path}" can be read by others (mode ${octal(mode)})`,
        `chmod 400 ${path}`,
      )
    }
    recorded.add(path)
    journal.record('warn', 'credential_readable_by_others', `"${path}" can be read by others`, {
      path,
      mode: octal(mode),
    })
  }

  const bytes = async (path: string, maxBytes: number) => {
    // Without O_NONBLOCK a named pipe would hold us here for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(error =>
      explainUnreadable(path, error),
    )
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw new CredentialFileError('malformed', `"${path}" is not a file`)
      await refuseIfExposed(path, stats)
      if (stats.size <= maxBytes) return await file.readFile()
      throw new CredentialFileError('malformed', `"${path}" is larger than ${maxBytes} bytes`)
    } finally {
      await file.close()
    }
  }

  const text = async (path: string) => {
    const content = (await bytes(path, maxCredentialBytes)).toString('utf8').replace(/\r?\n$/, '')
    if (content === '') throw new CredentialFileError('malformed', `"${path}" is empty`)
    return content
  }

  const remove = async (path: string) => {
    try {
      await unlink(path)
    } catch (error) {
      if (kept.has(path)) return
      kept.add(path)
      const { code } = error as NodeJS.ErrnoException
      journal.record('warn', 'credential_not_removed', `"${path}" cannot be removed (${code})`, {
        path,
        hint: 'put it into a writable directory of the agent’s own, not on a read-only or single-file mount',
      })
    }
  }

  return {
    bytes,
    text,
    async take(path) {
      const fresh = await text(path).catch((error: unknown) => {
        const gone = error instanceof CredentialFileError && error.kind === 'missing'
        if (gone && taken.has(path)) return undefined
        throw error
      })
      if (fresh === undefined) return taken.get(path) ?? ''
      taken.set(path, fresh)
      await remove(path)
      return fresh
    },
  }
}

async function explainUnreadable(path: string, error: NodeJS.ErrnoException): Promise<never> {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    throw new CredentialFileError('missing', `"${path}" does not exist`)
  }
  if (error.code !== 'EACCES') {
    throw new CredentialFileError('malformed', `"${path}" cannot be read (${error.code})`)
  }
  const stats = await stat(path).catch(() => undefined)
  const owner = `${process.getuid?.()}:${process.getgid?.()}`
  throw new CredentialFileError(
    'forbidden',
    stats === undefined
      ? `"${path}" cannot be read: a directory above it is closed to the agent`
      : `"${path}" cannot be read: it belongs to uid ${stats.uid} and has mode ${octal(stats.mode)}`,
    `chown ${owner} ${path}; chmod 400 ${path} (a root without DAC_OVERRIDE cannot read others' files)`,
  )
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}

import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { CredentialFileError } from '../../platform/read-credential.ts'

/**
 * Reads a file that lies in or below one of these directories, wherever links lead: what was opened is looked at, so that
 * nobody can exchange it in between.
 * @throws CredentialFileError
 */
export async function readBelow(
  path: string,
  { below, maxBytes }: { readonly below: readonly string[]; readonly maxBytes: number },
): Promise<Buffer> {
  if (!isWithin(path, below)) throw outside(path, below)
  // Without O_NONBLOCK a named pipe would hold us here for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(error =>
    explain(path, error),
  )
  try {
    const opened = await readlink(`/proc/self/fd/${file.fd}`)
    const roots = await Promise.all(below.map(directory => realpath(directory).catch(() => directory)))
    if (!isWithin(opened, roots)) throw outside(path, below)
    if (!(await file.stat()).isFile()) throw new CredentialFileError('malformed', `"${path}" is not a file`)
    return await readWhole(file, { path, maxBytes })
  } finally {
    await file.close()
  }
}

async function readWhole(
  file: FileHandle,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length)
    length += bytesRead
    if (length > maxBytes) {
      throw new CredentialFileError('malformed', `"${path}" is larger than ${maxBytes} bytes`)
    }
    if (bytesRead === 0) return Buffer.from(buffer.subarray(0, length))
  }
}

function isWithin(path: string, directories: readonly string[]): boolean {
  return directories.some(
    directory => path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`),
  )
}

function outside(path: string, below: readonly string[]): CredentialFileError {
  return new CredentialFileError(
    'forbidden',
    `"${path}" does not lie below ${below.join(', ')}`,
    'name the directory that it really lies in: templates: { read_below: [...] }',
  )
}

function explain(path: string, { code }: NodeJS.ErrnoException): never {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    throw new CredentialFileError('missing', `"${path}" does not exist`)
  }
  if (code === 'EACCES') {
    throw new CredentialFileError('forbidden', `"${path}" cannot be read`, "let the agent's user read it")
  }
  throw new CredentialFileError('malformed', `"${path}" cannot be read (${code})`)
}

import { opendir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CredentialFileError, type CredentialReader } from '../../platform/read-credential.ts'

export type Source =
  | { readonly kind: 'file'; readonly bytes: Buffer }
  /** By name, in the order of the names. */
  | { readonly kind: 'directory'; readonly files: ReadonlyMap<string, Buffer> }

interface Reading {
  readonly reader: CredentialReader
  /** Of a file; of all names and files of a directory together. */
  readonly maxBytes: number
}

/**
 * Reads a file, or each regular file of a directory but those whose name begins with a dot.
 * @throws CredentialFileError
 */
export async function readSource(path: string, reading: Reading): Promise<Source> {
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isDirectory()) return { kind: 'directory', files: await readGeneration(path, reading) }
  const bytes = await reading.reader.bytes(path, reading.maxBytes)
  if (bytes.length > 0) return { kind: 'file', bytes }
  throw new CredentialFileError(
    'missing',
    `"${path}" is empty`,
    'write a new file beside it and rename it over the old one, so that it is never seen half written',
  )
}

/**
 * A Kubernetes volume swaps the link `..data` to a new directory and removes the old one: all files are read through what
 * the link is at the beginning, and anew where that went away meanwhile.
 */
async function readGeneration(path: string, reading: Reading): Promise<Map<string, Buffer>> {
  const generation = await generationOf(path)
  try {
    return await readDirectory(generation, reading)
  } catch (error) {
    const now = await generationOf(path)
    if (now === generation) throw error
    return await readDirectory(now, reading)
  }
}

function generationOf(path: string): Promise<string> {
  return realpath(join(path, '..data')).catch(() => path)
}

async function readDirectory(path: string, { reader, maxBytes }: Reading): Promise<Map<string, Buffer>> {
  let left = maxBytes
  const take = (bytes: number) => {
    left -= bytes
    if (left < 0)
      throw new CredentialFileError('malformed', `"${path}" holds more than ${maxBytes} bytes in files`)
  }

  const names: string[] = []
  for await (const { name } of await openDirectory(path)) {
    if (name.startsWith('.')) continue
    take(Buffer.byteLength(name))
    names.push(name)
  }
  const files = new Map<string, Buffer>()
  for (const name of names.toSorted()) {
    const file = join(path, name)
    if (!(await isRegularFile(file))) continue
    const bytes = await reader.bytes(file, left)
    take(bytes.length)
    files.set(name, bytes)
  }
  return files
}

function openDirectory(path: string) {
  return opendir(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EACCES'
      ? new CredentialFileError(
          'forbidden',
          `"${path}" cannot be listed`,
          "let the agent's user read and search the directory",
        )
      : new CredentialFileError('missing', `"${path}" cannot be listed (${error.code})`)
  })
}

async function isRegularFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  // What cannot be looked at is read all the same, for the error that says why.
  return stats === undefined || stats.isFile()
}

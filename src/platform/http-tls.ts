import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import { HttpError } from './http-error.ts'

export interface TlsSettings {
  /** Authorities that replace the system's. */
  readonly caFile?: string | undefined
  /** A directory of such files; both may be given. */
  readonly caDirectory?: string | undefined
  readonly clientCertFile?: string | undefined
  readonly clientKeyFile?: string | undefined
  /** The name that the server's certificate must hold, where it is not the URL's. */
  readonly serverName?: string | undefined
  readonly skipVerify?: boolean | undefined
}

/** The certificates as they are on disk. */
export interface TlsFiles {
  readonly context: SecureContext | undefined
  /** Differs as soon as one of the files is another one. */
  readonly stamp: string
}

/** @throws HttpError naming the file that cannot be read, or that certificate and key do not fit */
export async function readTlsFiles(settings: TlsSettings): Promise<TlsFiles> {
  const authorities = await authorityFiles(settings)
  const { clientCertFile, clientKeyFile } = settings
  const stamp = await stampOf(settings)
  if (stamp === '') return { context: undefined, stamp }
  const ca = await Promise.all(authorities.map(readPem))
  if (authorities.length > 0) refuseIncomplete(ca.join('\n'), authorities)
  const cert = clientCertFile === undefined ? undefined : await readPem(clientCertFile)
  const key = clientKeyFile === undefined ? undefined : await readPem(clientKeyFile)
  try {
    const context = createSecureContext({
      ...(ca.length > 0 && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    })
    return { context, stamp }
  } catch {
    const files = [...authorities, clientCertFile, clientKeyFile].filter(file => file !== undefined)
    throw new HttpError(
      'tls',
      `the certificates in ${quoted(files)} cannot be used`,
      'they must be PEM, and the key must be that of the certificate',
    )
  }
}

/** Empty where no file is configured. */
export async function stampOf(settings: TlsSettings): Promise<string> {
  const files = [...(await authorityFiles(settings)), settings.clientCertFile, settings.clientKeyFile]
  const stamps = files
    .filter(file => file !== undefined)
    .map(async file => {
      const { ino, size, mtimeMs } = await stat(file).catch(error => unreadable(file, error))
      return `${file}:${ino}:${size}:${mtimeMs}`
    })
  return (await Promise.all(stamps)).join('\n')
}

async function authorityFiles({ caFile, caDirectory }: TlsSettings): Promise<string[]> {
  const files = caFile === undefined ? [] : [caFile]
  if (caDirectory === undefined) return files
  const names = await readdir(caDirectory).catch(error => unreadable(caDirectory, error))
  // Names that begin with a dot are how Kubernetes swaps a mounted directory.
  const visible = names.filter(name => !name.startsWith('.')).sort()
  return [...files, ...visible.map(name => join(caDirectory, name))]
}

function readPem(file: string): Promise<Buffer> {
  return readFile(file).catch(error => unreadable(file, error))
}

function unreadable(file: string, error: NodeJS.ErrnoException): never {
  throw new HttpError('tls', `"${file}" cannot be read (${error.code})`)
}

/** OpenSSL takes what it understands of a file that is just being written, and says nothing of the rest. */
function refuseIncomplete(text: string, files: readonly string[]): void {
  const begins = text.match(/^-----BEGIN [A-Z ]*CERTIFICATE-----/gm)?.length ?? 0
  const ends = text.match(/^-----END [A-Z ]*CERTIFICATE-----/gm)?.length ?? 0
  if (begins > 0 && begins === ends) return
  throw new HttpError('tls', `there is no whole certificate in ${quoted(files)}`)
}

function quoted(files: readonly string[]): string {
  return files.map(file => `"${file}"`).join(', ')
}

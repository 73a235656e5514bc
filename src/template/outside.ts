import { isAbsolute, normalize } from 'node:path/posix'
import { RenderError } from '../core/errors.ts'
import { type Reference, templateFileProvider } from '../core/reference.ts'

/** What the configuration lets a template reach beside the secrets. */
export interface Outside {
  /** Names of the functions of `outsideFunctions` that it may call. */
  readonly allow: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Absolute; `file` reads in and below them. */
  readonly readBelow: readonly string[]
  readonly writing: Writing
}

/** Which further files a template may declare. All paths are absolute and normalized. */
export interface Writing {
  readonly below: readonly string[]
  /** Nothing is declared at, in or above these: the outputs and their files, and what belongs to the agent. */
  readonly taken: readonly string[]
  /** The directory output of the template, in which files may be declared as well; undefined for a file output. */
  readonly own?: string | undefined
  /** Whether a mode may let every user in. */
  readonly worldAccess: boolean
  /** The number behind a name; undefined where nobody knows it. */
  userId(name: string): number | undefined
  groupId(name: string): number | undefined
}

export const nothingOutside: Outside = {
  allow: [],
  environment: {},
  now: () => 0,
  readBelow: [],
  writing: {
    below: [],
    taken: [],
    worldAccess: false,
    userId: () => undefined,
    groupId: () => undefined,
  },
}

/** Why templates have these functions only where the configuration allows them, and the line that does. */
export const outsideFunctions: ReadonlyMap<string, { readonly because: string; readonly hint: string }> =
  new Map([
    ...['env', 'mustEnv', 'envOrDefault'].map(name =>
      entry(name, 'it reads the environment of the agent', `{ allow: [${name}] }`),
    ),
    entry('file', 'it reads files', '{ allow: [file], read_below: [/etc/app] }'),
    entry('timestamp', 'it asks the clock', '{ allow: [timestamp] }'),
    entry('writeToFile', 'it publishes further files', '{ allow: [writeToFile] }'),
  ])

/** The longest path that Linux opens. */
const maxPathLength = 4_096

/**
 * A path without `.`, `..` and doubled slashes.
 * @throws RenderError where it is relative or longer than any
 */
export function normalPath(path: string): string {
  if (!isAbsolute(path)) throw new RenderError('the path is relative', { hint: 'begin it with "/"' })
  if (path.length > maxPathLength) throw new RenderError('the path is too long')
  return normalize(path)
}

/** What `file` asks for. */
export function fileReference(path: string): Reference {
  return { provider: templateFileProvider, path }
}

/** Whether a path is one of these directories or lies below it. All are normalized. */
export function isWithin(path: string, directories: readonly string[]): boolean {
  return directories.some(
    directory => path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`),
  )
}

function entry(name: string, because: string, section: string) {
  return [
    name,
    { because, hint: `where that is wanted, write into the configuration: templates: ${section}` },
  ] as const
}

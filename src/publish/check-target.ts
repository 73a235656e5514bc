import { dirname } from 'node:path'
import { ConfigurationError, PublishError } from '../core/errors.ts'
import type { Target } from '../core/output.ts'
import { makeDirectory } from './directories.ts'
import type { FileStatus, FileSystem } from './file-system.ts'

/** Where nobody but the agent may be able to write, and what is allowed to be there. */
export interface TargetRules {
  readonly fileSystem: FileSystem
  /** Directories in and below which files may lie on something else than tmpfs. */
  readonly allowNonTmpfs: readonly string[]
}

export interface StatePlace {
  readonly stateDirectory: string
  /** The file system that it is on. */
  readonly device: string
}

/**
 * Makes sure that `output` can be put in place with a rename from the state directory, and that nobody else can change
 * what its path means; makes the directories that are missing.
 * @throws PublishError, ConfigurationError
 */
export function prepareTarget(output: Target, state: StatePlace, rules: TargetRules): void {
  for (const { name } of output.files) assertInside(name, output)
  if (`${output.path}/`.startsWith(`${state.stateDirectory}/`)) {
    throw new PublishError(`"${output.path}" lies where the agent keeps its state`, {
      hint: 'choose another path',
    })
  }
  const parent = prepareDirectory(dirname(output.path), rules)
  const present = rules.fileSystem.lstat(output.path)
  if (present?.kind === 'directory') throw directoryInTheWay(output, present.device !== parent.device)
  if (parent.device !== state.device) {
    throw new ConfigurationError(`"${output.path}" lies on another file system than the agent's state`, {
      hint: 'a file can be replaced at once only within one file system: give each volume an agent of its own',
    })
  }
}

/**
 * Makes sure that a directory is the agent's alone, on tmpfs, and not reached through a symbolic link; makes it, with
 * this mode, where it is missing.
 * @throws PublishError
 */
export function prepareDirectory(path: string, rules: TargetRules, mode = 0o711): FileStatus {
  const present: [string, FileStatus][] = []
  const missing: string[] = []
  for (const component of componentsOf(path)) {
    const status = missing.length > 0 ? undefined : rules.fileSystem.lstat(component)
    if (status === undefined) missing.push(component)
    else present.push([component, assertDirectory(component, status)])
  }
  const [deepest, status] = present.pop() ?? ['/', assertDirectory('/', rules.fileSystem.lstat('/'))]
  assertOwn(deepest, status, rules)
  for (const [ancestor, ofAncestor] of present) {
    // What lies above the mount cannot be exchanged under us: renaming a mount point is refused, and the rest is the image.
    if (ofAncestor.device === status.device) assertTrusted(ancestor, ofAncestor, rules.fileSystem.uid)
  }
  assertTmpfs(path, deepest, rules)
  for (const directory of missing) makeDirectory(rules.fileSystem, directory, mode)
  return rules.fileSystem.lstat(path) ?? status
}

/** `/`, `/run`, `/run/secrets` */
function componentsOf(path: string): string[] {
  return path === '/' ? ['/'] : [...componentsOf(dirname(path)), path]
}

function assertDirectory(path: string, status: FileStatus | undefined): FileStatus {
  if (status?.kind === 'directory') return status
  if (status?.kind === 'symlink') {
    throw new PublishError(`"${path}" is a symbolic link, and links above an output are not followed`, {
      hint: 'write the path that it points to',
    })
  }
  throw new PublishError(`"${path}" is not a directory`, { hint: 'remove it, or choose another path' })
}

function assertOwn(path: string, status: FileStatus, { fileSystem }: TargetRules): void {
  const { uid } = fileSystem
  if (status.owner !== uid) {
    throw new PublishError(
      `the directory "${path}" belongs to uid ${status.owner}, not to the agent (uid ${uid})`,
      {
        hint: `its owner could replace what is published: chown ${uid} it, or mount a tmpfs volume of the agent's own${onlyOneFileSystem}`,
      },
    )
  }
  // A sticky bit does not help: it keeps others from removing our files, not from adding their own.
  if ((status.mode & 0o022) !== 0) throw writableByOthers(path, status)
}

/** An ancestor may be root's, and be written by others where a sticky bit keeps them from renaming what is ours. */
function assertTrusted(path: string, status: FileStatus, uid: number): void {
  if (status.owner !== uid && status.owner !== 0) {
    throw new PublishError(`the directory "${path}" belongs to uid ${status.owner}`, {
      hint: 'its owner could replace what is published below it: give it to root or to the agent',
    })
  }
  if ((status.mode & 0o022) !== 0 && (status.mode & 0o1000) === 0) throw writableByOthers(path, status)
}

function writableByOthers(path: string, { mode }: FileStatus): PublishError {
  return new PublishError(`the directory "${path}" can be written by others (mode ${octal(mode)})`, {
    hint: 'they could replace what is published: set mode 0711, for a tmpfs volume with mode=0711 in its options',
  })
}

const tmpfsMagic = 0x01021994
const ramfsMagic = 0x858458f6

/** @param deepest what exists of `path` */
function assertTmpfs(path: string, deepest: string, { fileSystem, allowNonTmpfs }: TargetRules): void {
  if (allowNonTmpfs.some(allowed => path === allowed || path.startsWith(`${allowed}/`))) return
  if ([tmpfsMagic, ramfsMagic].includes(fileSystem.typeOf(deepest))) return
  const owner = fileSystem.uid === 0 ? '' : `,uid=${fileSystem.uid}`
  throw new PublishError(`"${path}" is not on tmpfs, so that secrets would be written to a disk`, {
    hint:
      'mount a volume there that compose.yml declares like this: ' +
      `{driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: "size=1m,mode=0711,nosuid,nodev,noexec${owner}"}}` +
      `; or name the directory in allow_non_tmpfs${onlyOneFileSystem}`,
  })
}

const onlyOneFileSystem = '; all outputs of one agent lie in one volume'

function directoryInTheWay({ path, kind }: Target, mounted: boolean): PublishError {
  if (kind === 'file') {
    return new PublishError(`"${path}" is a directory, and the output is a file`, {
      hint: 'end the path in "/" for an output of several files, or remove the directory',
    })
  }
  return mounted
    ? new PublishError(`"${path}/" is where a volume is mounted, which cannot be replaced as a whole`, {
        hint: `choose a directory below it, such as "${path}/current/"`,
      })
    : new PublishError(`"${path}/" is a real directory, which cannot be replaced as a whole`, {
        hint: 'remove it, or choose another name: the agent puts a symbolic link there',
      })
}

function assertInside(name: string, { path, kind }: Target): void {
  const parts = name.split('/')
  const inside = kind === 'file' ? name === '' : parts.every(part => !['', '.', '..'].includes(part))
  if (!inside || name.includes('\0')) {
    throw new PublishError(`the file name "${name}" leads out of "${path}"`, {
      hint: 'file names are relative, without "." and ".."',
    })
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

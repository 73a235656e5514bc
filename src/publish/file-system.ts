import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { geteuid, umask } from 'node:process'

/**
 * The only way in which the publisher touches a disk; one method is one system call (reading is three), so that a test can cut
 * before each. Synchronous on purpose: on tmpfs a call takes microseconds where a trip to the thread pool takes ten times as
 * long and may queue behind a hanging DNS lookup; and no other task runs between two renames.
 * Every method throws Node's system errors. Nothing follows a symbolic link in the last component of a path.
 */
export interface FileSystem {
  /** The user that we act as, and that what we create belongs to. */
  readonly uid: number
  /** Undefined where nothing has this name. */
  lstat(path: string): FileStatus | undefined
  /** The magic number of statfs(2). */
  typeOf(path: string): number
  readDirectory(path: string): string[]
  readLink(path: string): string
  readFile(path: string): Uint8Array
  /** With `mode` from the first instant, whatever the umask. */
  makeDirectory(path: string, mode: number): void
  removeDirectory(path: string): void
  unlink(path: string): void
  symlink(target: string, path: string): void
  rename(from: string, to: string): void
  /** O_CREAT, O_EXCL, mode 0600, for writing. */
  createFile(path: string): OpenFile
  openDirectory(path: string): OpenFile
  fstat(file: OpenFile): FileStatus
  /** Answers how many bytes were written, which may be fewer than there are. */
  write(file: OpenFile, bytes: Uint8Array): number
  fsync(file: OpenFile): void
  fchmod(file: OpenFile, mode: number): void
  fchown(file: OpenFile, owner: number, group: number): void
  close(file: OpenFile): void
}

/** A file descriptor. */
export type OpenFile = number

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly owner: number
  readonly group: number
  readonly device: string
  /** Another file of the same name has another one, and so has the same file once its bytes were written to. */
  readonly identity: string
}

/** The machine's own file systems. */
export function createFileSystem(): FileSystem {
  const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants
  return {
    uid: geteuid?.() ?? 0,
    lstat(path) {
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
      return stats === undefined ? undefined : statusOf(stats)
    },
    typeOf: path => statfsSync(path).type,
    readDirectory: path => readdirSync(path),
    readLink: path => readlinkSync(path),
    readFile: path => readFileSync(path, { flag: O_RDONLY | O_NOFOLLOW }),
    makeDirectory(path, mode) {
      // Nothing else of this process makes anything meanwhile that others can reach.
      const before = umask(0)
      try {
        mkdirSync(path, { mode })
      } finally {
        umask(before)
      }
    },
    removeDirectory: path => rmdirSync(path),
    unlink: path => unlinkSync(path),
    symlink: (target, path) => symlinkSync(target, path),
    rename: (from, to) => renameSync(from, to),
    createFile: path => openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600),
    openDirectory: path => openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
    fstat: file => statusOf(fstatSync(file, { bigint: true })),
    write: (file, bytes) => writeSync(file, bytes),
    fsync: file => fsyncSync(file),
    fchmod: (file, mode) => fchmodSync(file, mode),
    fchown: (file, owner, group) => fchownSync(file, owner, group),
    close: file => closeSync(file),
  }
}

function statusOf(stats: BigIntStats): FileStatus {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other'
  return {
    kind,
    mode: Number(stats.mode) & 0o7777,
    owner: Number(stats.uid),
    group: Number(stats.gid),
    device: String(stats.dev),
    identity: `${stats.ino}:${stats.mtimeNs}:${stats.size}`,
  }
}

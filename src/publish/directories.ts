import type { FileSystem } from './file-system.ts'

/** Makes a directory with exactly this mode, whatever ACL its parent hands down; the setgid bit of its parent stays, as its group does. */
export function makeDirectory(fileSystem: FileSystem, path: string, mode: number): void {
  fileSystem.makeDirectory(path, mode)
  setDirectoryMode(fileSystem, path, mode)
}

/** Gives a directory of ours this mode, and its setgid bit stays as it is. */
export function setDirectoryMode(fileSystem: FileSystem, path: string, mode: number): void {
  const directory = fileSystem.openDirectory(path)
  try {
    const present = fileSystem.fstat(directory).mode
    const wanted = mode | (present & 0o2000)
    if (present !== wanted) fileSystem.fchmod(directory, wanted)
  } finally {
    fileSystem.close(directory)
  }
}

export function syncDirectory(fileSystem: FileSystem, path: string): void {
  const directory = fileSystem.openDirectory(path)
  try {
    fileSystem.fsync(directory)
  } finally {
    fileSystem.close(directory)
  }
}

/** Removes what is there, if anything: a file, a link, or a directory of ours with all it holds. */
export function removeTree(fileSystem: FileSystem, path: string): void {
  const status = fileSystem.lstat(path)
  if (status === undefined) return
  if (status.kind === 'directory') {
    for (const name of fileSystem.readDirectory(path)) removeTree(fileSystem, `${path}/${name}`)
    fileSystem.removeDirectory(path)
  } else fileSystem.unlink(path)
}

import type { TargetFile } from '../core/output.ts'
import type { FileSystem, OpenFile } from './file-system.ts'

export interface FileRecord {
  readonly name: string
  readonly mode: number
  readonly owner: number
  readonly group: number
  readonly identity: string
}

/** Writes a new file that only the agent can read, and leaves it open. */
export function stageFile(fileSystem: FileSystem, path: string, bytes: Uint8Array): OpenFile {
  const file = fileSystem.createFile(path)
  try {
    writeWhole(fileSystem, file, bytes)
    fileSystem.fsync(file)
    return file
  } catch (error) {
    fileSystem.close(file)
    throw error
  }
}

/** A disk that is nearly full takes a part; only the next call says ENOSPC. */
function writeWhole(fileSystem: FileSystem, file: OpenFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += fileSystem.write(file, bytes.subarray(written))
  }
}

/** Gives a staged file its mode and then its owner: in this order, for what is given away cannot be changed any more. */
export function giveAway(fileSystem: FileSystem, file: OpenFile, wanted: TargetFile): FileRecord {
  const { name, mode, owner, group } = wanted
  fileSystem.fchmod(file, mode)
  const present = fileSystem.fstat(file)
  if (present.owner !== owner || present.group !== group) fileSystem.fchown(file, owner, group)
  return { name, mode, owner, group, identity: present.identity }
}

import { dirname, join, relative } from 'node:path'
import { removeTree } from './directories.ts'
import type { Entry } from './state.ts'
import { linkName, type Workspace } from './workspace.ts'

/**
 * Puts a staged output in place: a file by one rename; a directory by moving it to the generations and renaming a new link over
 * the old one. Readers find the old or the new, never less.
 */
export function swapIn(workspace: Workspace, path: string, entry: Entry): void {
  const { fileSystem, staging, generations } = workspace
  const staged = join(staging, entry.name)
  if (entry.kind === 'file') fileSystem.rename(staged, path)
  else {
    fileSystem.rename(staged, join(generations, entry.name))
    swapLink(workspace, path, entry)
  }
}

/** Does what is left to do of a swap that a killed agent had begun; nothing where its files are not all there. */
export function finishSwap(workspace: Workspace, path: string, entry: Entry): void {
  const { staging, generations } = workspace
  if (hasFiles(workspace, join(staging, entry.name), entry)) swapIn(workspace, path, entry)
  else if (entry.kind === 'directory' && !linksTo(workspace, path, entry)) {
    if (hasFiles(workspace, join(generations, entry.name), entry)) swapLink(workspace, path, entry)
  }
}

/** Whether `path` shows exactly what `entry` says: the same files, untouched since, with their modes and owners. */
export function isInPlace(workspace: Workspace, path: string, entry: Entry): boolean {
  if (entry.kind === 'file') return hasFiles(workspace, path, entry)
  return (
    linksTo(workspace, path, entry) && hasFiles(workspace, join(workspace.generations, entry.name), entry)
  )
}

/** Removes an output from its path where it is still as published; the generation of a directory stays. */
export function removeOutput(workspace: Workspace, path: string, entry: Entry): void {
  if (isInPlace(workspace, path, entry)) workspace.fileSystem.unlink(path)
}

function swapLink(workspace: Workspace, path: string, entry: Entry): void {
  const link = join(workspace.staging, linkName(entry.name))
  removeTree(workspace.fileSystem, link)
  workspace.fileSystem.symlink(linkTarget(workspace, path, entry), link)
  workspace.fileSystem.rename(link, path)
}

function linksTo(workspace: Workspace, path: string, entry: Entry): boolean {
  if (workspace.fileSystem.lstat(path)?.kind !== 'symlink') return false
  return workspace.fileSystem.readLink(path) === linkTarget(workspace, path, entry)
}

/** Relative, for the application may have mounted the volume somewhere else. */
function linkTarget({ generations }: Workspace, path: string, { name }: Entry): string {
  return relative(dirname(path), join(generations, name))
}

/** Our own lstat needs no right to read: a file that was given away is known by its inode and the time of its last write. */
function hasFiles({ fileSystem }: Workspace, base: string, { files }: Entry): boolean {
  return files.every(({ name, mode, owner, group, identity }) => {
    const status = fileSystem.lstat(join(base, name))
    return (
      status?.kind === 'file' &&
      status.identity === identity &&
      status.mode === mode &&
      status.owner === owner &&
      status.group === group
    )
  })
}

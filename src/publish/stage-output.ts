import { basename, dirname, join } from 'node:path'
import { PublishError } from '../core/errors.ts'
import type { RenderedOutput, Target, TargetFile } from '../core/output.ts'
import { makeDirectory, setDirectoryMode, syncDirectory } from './directories.ts'
import type { FileSystem, OpenFile } from './file-system.ts'
import { isSystemError } from './publish-failure.ts'
import type { FileRecord } from './stage-file.ts'
import { giveAway, stageFile } from './stage-file.ts'
import { type StagedContent, validateOutput } from './validate.ts'
import { discardStaged, generationLabel, type Workspace } from './workspace.ts'

export interface Staged {
  /** In `staging`, and for a directory later in `generations`. */
  readonly name: string
  readonly files: readonly FileRecord[]
}

/**
 * Builds an output in `staging`, complete with modes and owners, ready to be renamed: written and flushed, validated while it is
 * still the agent's, and then given away. Leaves nothing behind where it fails.
 * @throws PublishError, system errors; the signal's reason where a validation was aborted
 */
export async function stageOutput(
  { output, contents }: RenderedOutput,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Staged> {
  const { fileSystem } = workspace
  const name = stagingName(output, workspace.nextNumber())
  const base = join(workspace.staging, name)
  const directories = output.kind === 'directory' ? directoriesOf(output, base) : []
  try {
    for (const directory of directories) makeDirectory(fileSystem, directory, 0o700)
    const files = await stageFiles({ output, contents, path: base }, fileSystem, signal)
    for (const directory of directories.toReversed()) openUp(fileSystem, directory, output)
    return { name, files }
  } catch (error) {
    discardStaged(workspace, name)
    throw isSystemError(error) && error.syscall === 'fchown' ? withoutChown(output, fileSystem, error) : error
  }
}

/** Keeps the files open from writing to giving away: no name is looked up twice. */
async function stageFiles(
  staged: StagedContent,
  fileSystem: FileSystem,
  signal: AbortSignal,
): Promise<FileRecord[]> {
  const { output, contents, path } = staged
  const open: { readonly file: OpenFile; readonly wanted: TargetFile }[] = []
  try {
    for (const [index, wanted] of output.files.entries()) {
      const file = stageFile(fileSystem, join(path, wanted.name), contents[index] ?? new Uint8Array())
      open.push({ file, wanted })
    }
    await validateOutput(staged, signal)
    return open.map(({ file, wanted }) => giveAway(fileSystem, file, wanted))
  } finally {
    for (const { file } of open) fileSystem.close(file)
  }
}

/** A file keeps the end of its name, for programs that validate by it. */
function stagingName({ kind, path }: Target, number: number): string {
  if (kind === 'file') return `${number}-${basename(path).slice(-60)}`
  return `${generationLabel(path)}-${number}`
}

/** The generation and the directories in it, parents first. */
function directoriesOf({ files }: Target, base: string): string[] {
  const found = new Set<string>()
  for (const { name } of files) {
    for (let at = dirname(name); at !== '.'; at = dirname(at)) found.add(join(base, at))
  }
  return [base, ...[...found].sort()]
}

/** Lets the readers of the files in: their group, or everybody where there is more than one group. */
function openUp(fileSystem: FileSystem, path: string, { files }: Target): void {
  const [group = 0, ...others] = new Set(files.map(file => file.group))
  const worldReadable = files.some(({ mode }) => (mode & 0o007) !== 0)
  const directory = fileSystem.openDirectory(path)
  try {
    const present = fileSystem.fstat(directory)
    if (others.length === 0 && present.group !== group) fileSystem.fchown(directory, present.owner, group)
  } finally {
    fileSystem.close(directory)
  }
  setDirectoryMode(fileSystem, path, worldReadable ? 0o755 : others.length === 0 ? 0o750 : 0o711)
  syncDirectory(fileSystem, path)
}

function withoutChown({ path, files }: Target, { uid }: FileSystem, cause: Error): PublishError {
  const owners = [...new Set(files.map(({ owner, group }) => `${owner}:${group}`))].join(', ')
  return new PublishError(
    `"${path}" cannot be given to ${owners}: the agent (uid ${uid}) lacks the capability CHOWN`,
    {
      hint:
        uid === 0
          ? 'add it: cap_add: [CHOWN]'
          : `run the agent as root with cap_add: [CHOWN], or set the owner to ${uid} and the group to one of the agent's`,
      cause,
    },
  )
}

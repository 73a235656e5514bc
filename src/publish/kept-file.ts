import { dirname, join } from 'node:path'
import { ConfigurationError, PublishError } from '../core/errors.ts'
import { prepareDirectory } from './check-target.ts'
import type { FileSystem } from './file-system.ts'
import { publishFailure } from './publish-failure.ts'
import { stageFile } from './stage-file.ts'

/** One file of credentials that outlives the process, on tmpfs, where no application can see it. */
export interface KeptFile {
  /**
   * Undefined where there is none.
   * @throws PublishError where it is not a file of the agent's alone, or cannot be read
   */
  read(): string | undefined
  /**
   * Replaces it as a whole, with mode 0600.
   * @throws PublishError, and then the old one is still there
   */
  write(text: string): void
}

export interface KeptFileOptions {
  readonly fileSystem: FileSystem
  readonly directory: string
  /** What applications mount. */
  readonly outputs: readonly string[]
}

/** @throws PublishError, ConfigurationError where the directory is no place for it */
export function openKeptFile({ fileSystem, directory, outputs }: KeptFileOptions): KeptFile {
  const { device } = prepareDirectory(directory, { fileSystem, allowNonTmpfs: [] }, 0o700)
  for (const output of outputs) {
    if (deviceOf(dirname(output), fileSystem) !== device) continue
    throw new ConfigurationError(`"${directory}" lies in the same volume as the output "${output}"`, {
      hint: 'whoever mounts the outputs would see the token of the agent: mount another tmpfs there, which no application mounts',
    })
  }
  const path = join(directory, 'leases')
  const staged = join(directory, 'leases.new')

  return {
    read() {
      try {
        const status = fileSystem.lstat(path)
        if (status === undefined) return undefined
        const own = status.kind === 'file' && status.owner === fileSystem.uid && (status.mode & 0o077) === 0
        if (!own) throw new PublishError(`"${path}" is not a file of the agent's alone`)
        return Buffer.from(fileSystem.readFile(path)).toString()
      } catch (error) {
        throw publishFailure(`"${path}" cannot be read`, error)
      }
    },
    write(text) {
      try {
        // What a killed agent left half-written.
        if (fileSystem.lstat(staged) !== undefined) fileSystem.unlink(staged)
        fileSystem.close(stageFile(fileSystem, staged, Buffer.from(text)))
        fileSystem.rename(staged, path)
      } catch (error) {
        throw publishFailure(`"${path}" cannot be written`, error)
      }
    },
  }
}

function deviceOf(path: string, fileSystem: FileSystem): string | undefined {
  const status = fileSystem.lstat(path)
  return status === undefined && path !== '/' ? deviceOf(dirname(path), fileSystem) : status?.device
}

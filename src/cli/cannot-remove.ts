import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseMountInfo } from '../platform/container-mount.ts'

/** Why the agent cannot remove a file; undefined where it can, or where there is no such file here. */
export function cannotRemove(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  const directory = dirname(file)
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EROFS' ? 'it is mounted read-only' : `the agent cannot write into "${directory}"`
  }
  const mounts = parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'))
  return mounts.some(({ point }) => point === realpathSync(file))
    ? 'it is mounted as a single file'
    : undefined
}

import { readFile, realpath, stat } from 'node:fs/promises'
import { parseMountInfo } from '../../platform/container-mount.ts'

/**
 * True where a path is a mount point and no directory: such a mount shows one inode for ever.
 * `mountInfo` is a file as proc_pid_mountinfo(5) says.
 */
export async function isSingleFileMount(path: string, mountInfo: string): Promise<boolean> {
  try {
    const target = await realpath(path)
    const mounts = parseMountInfo(await readFile(mountInfo, 'utf8'))
    return mounts.some(({ point }) => point === target) && !(await stat(target)).isDirectory()
  } catch {
    // Reading the file says what is wrong with it.
    return false
  }
}

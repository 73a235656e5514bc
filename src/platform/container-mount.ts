import { access, readFile } from 'node:fs/promises'

/** Files by which engines mark the inside of a container. */
const containerMarks = ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io']

/**
 * True in a container for a file that is, or lies on, a mount point of its own: secrets and bind mounts, whose mode
 * the engine decides and nobody else in the container can see unless it is mounted there too. `path` is without symlinks.
 */
export async function isProvidedByContainer(path: string): Promise<boolean> {
  const mounts = parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))
  return liesOnOwnMount(path, mounts) && (hasOverlayRoot(mounts) || (await hasContainerMark()))
}

export interface Mount {
  readonly point: string
  readonly type: string
}

/** @see proc_pid_mountinfo(5): field 5 is the mount point, the type follows the "-"; blanks are octal escapes. */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const fields = line.split(' ')
      const point = (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      )
      return { point, type: fields[fields.indexOf('-') + 1] ?? '' }
    })
}

export function liesOnOwnMount(path: string, mounts: readonly Mount[]): boolean {
  return mounts.some(({ point }) => point !== '/' && (path === point || path.startsWith(`${point}/`)))
}

function hasOverlayRoot(mounts: readonly Mount[]): boolean {
  return mounts.some(({ point, type }) => point === '/' && (type === 'overlay' || type === 'fuse-overlayfs'))
}

function hasContainerMark(): Promise<boolean> {
  return Promise.any(containerMarks.map(mark => access(mark))).then(
    () => true,
    () => false,
  )
}

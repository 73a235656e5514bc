/** The 64 digits of Docker, containerd, CRI-O and Podman, bare or within a systemd scope; on Fargate `task-number`. */
const containerPath = /^.*\/[^/]*(?:[0-9a-f]{64}|[0-9a-f]{32}-\d+)[^/]*/

/**
 * The container that a process with these cgroups belongs to, as a cgroup path that is equal for all its processes;
 * undefined where none can be told.
 * A cgroup namespace shows its own container as `/` and any other as `/../…`.
 */
export function containerOf(cgroups: readonly string[]): string | undefined {
  for (const path of cgroups) {
    const container = containerPath.exec(path)?.[0]
    if (container !== undefined) return container
    if (isOutside(path)) return path
  }
  return undefined
}

/**
 * Whether a process of `other` shows that we, in `own`, share the PID namespace of another container.
 * On a host, containers are visible too, but we are in none.
 */
export function isForeign(other: string | undefined, own: string | undefined): boolean {
  if (other === undefined || other === own) return false
  return own !== undefined || isOutside(other)
}

function isOutside(path: string): boolean {
  return path.startsWith('/../')
}

import { statSync } from 'node:fs'
import type { Clock } from '../../core/ports.ts'

/** Files and how they were when they were about to be read. */
export interface WatchedFiles {
  readonly add: (file: string) => void
  readonly count: number
  changed(): string[]
}

const intervalMs = 200

export function watchFiles(): WatchedFiles {
  const states = new Map<string, string>()
  return {
    add(file) {
      if (!states.has(file)) states.set(file, stateOf(file))
    },
    get count() {
      return states.size
    },
    changed: () => [...states].filter(([file, state]) => stateOf(file) !== state).map(([file]) => file),
  }
}

/**
 * Resolves with the files that changed since they were read, or with none when the signal is aborted. It looks now and then:
 * that also sees what an editor renames, and file systems that tell of nothing.
 */
export async function filesChanged(
  files: WatchedFiles,
  clock: Clock,
  signal: AbortSignal,
): Promise<string[]> {
  while (!signal.aborted) {
    const changed = files.changed()
    if (changed.length > 0) return changed
    await clock.sleep(intervalMs, signal).catch(() => undefined)
  }
  return []
}

function stateOf(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return 'absent'
  }
}

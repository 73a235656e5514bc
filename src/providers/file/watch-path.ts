import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

export interface PathWatch extends Disposable {
  /** Watches what is at the path now: whoever reads it calls this first, so that a poll repairs a watch that went blind. */
  arm(): Promise<void>
}

/** One change shows as many events, and a file written in place is empty between two of them. */
const debounceMs = 50

/**
 * Tells of changes of a file or directory: of itself, and of its name in the directory above, where a replacement by rename
 * shows, or a swap of the `..data` link of a Kubernetes volume. What cannot be watched (too many watches, a directory that is not
 * there yet) is left to the poll, and so is a link that leads out of its directory.
 */
export function watchPath(path: string, changed: () => void): PathWatch {
  let watchers: FSWatcher[] = []
  let watched: string | undefined
  let timer: NodeJS.Timeout | undefined
  let disposed = false

  const notice = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      changed()
    }, debounceMs).unref()
  }

  const release = () => {
    for (const watcher of watchers) watcher.close()
    watchers = []
  }

  const open = (target: string, concerns: (name: string | null) => boolean) => {
    try {
      const watcher = watch(target, { persistent: false }, (_event, name) => {
        if (concerns(name)) notice()
      })
      watcher.on('error', () => watcher.close())
      watchers.push(watcher)
    } catch {
      // Nothing to report: the poll sees the change, later.
    }
  }

  return {
    async arm() {
      const now = await identityOf(path)
      if (disposed || now === watched) return
      watched = now
      release()
      const name = basename(path)
      open(
        dirname(path),
        changedName => changedName === null || changedName === name || isDataLink(changedName),
      )
      open(path, () => true)
    },
    [Symbol.dispose]() {
      disposed = true
      clearTimeout(timer)
      release()
    },
  }
}

/** Inodes of what is watched. A path that was replaced has another one, and its old watch sees nothing any more. */
async function identityOf(path: string): Promise<string> {
  const inodes = await Promise.all(
    [dirname(path), path].map(each =>
      stat(each, { bigint: true }).then(
        ({ dev, ino }) => `${dev}:${ino}`,
        () => '',
      ),
    ),
  )
  return inodes.join(' ')
}

function isDataLink(name: string): boolean {
  return name.startsWith('..data')
}

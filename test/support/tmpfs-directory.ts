import { mkdtempSync, rmSync, statfsSync } from 'node:fs'

export interface TmpfsDirectory extends Disposable {
  readonly path: string
}

/** A new directory on tmpfs, of mode 0700 and the test's own. */
export function createTmpfsDirectory(): TmpfsDirectory {
  if (statfsSync('/dev/shm').type !== 0x01021994) throw new Error('these tests need a tmpfs at /dev/shm')
  const path = mkdtempSync('/dev/shm/keyturn-test-')
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Memory itself, and what would change the process or wait. */
const left = /^(mem|pagemap|clear_refs|attr|net|task|map_files|kmsg|timerslack_ns)$/

/** What `/proc/PID` tells of a process to whoever may read it, by file; memory is left out. */
export function readProc(pid: number): ReadonlyMap<string, string> {
  const root = `/proc/${pid}`
  const read = new Map<string, string>()
  for (const name of readdirSync(root).filter(entry => !left.test(entry))) {
    for (const path of [join(root, name), ...entriesOf(join(root, name))]) {
      const text = textOf(path)
      if (text !== undefined) read.set(path.slice(root.length + 1), text)
    }
  }
  return read
}

/** None of a link: what lies behind it is no part of the process. */
function entriesOf(directory: string): string[] {
  try {
    return lstatSync(directory).isSymbolicLink()
      ? []
      : readdirSync(directory).map(name => join(directory, name))
  } catch {
    return []
  }
}

/** Of a link where it leads. */
function textOf(path: string): string | undefined {
  for (const read of [() => readlinkSync(path), () => readFileSync(path, 'latin1')]) {
    try {
      return read()
    } catch {
      // A directory, or what has no content.
    }
  }
  return undefined
}

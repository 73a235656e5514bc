import { dirname, isAbsolute } from 'node:path'
import type { DraftOutput } from './draft.ts'
import type { Report } from './report.ts'

/** What keyturn demands of the places of files and the agents did not. Answers the outputs, each path once. */
export function checkDestinations(outputs: readonly DraftOutput[], report: Report): DraftOutput[] {
  const byPath = new Map<string, DraftOutput>()
  for (const output of outputs) {
    const { path, origin } = output
    const earlier = byPath.get(path)
    if (earlier !== undefined) {
      report.todo(
        earlier.origin,
        'template.destination',
        'another template below writes the same file, and only that one was taken',
      )
    }
    byPath.set(path, output)
    const directory = dirname(path)
    if (!isAbsolute(path)) {
      report.difference(
        origin,
        'template.destination',
        'it was relative to where the agent was started, and is to keyturn.yaml now',
      )
    } else if (!usuallyTmpfs.test(`${directory}/`)) {
      report.todo(
        origin,
        'template.destination',
        `files belong on tmpfs: mount a tmpfs volume at "${directory}", or write that under "allow_non_tmpfs"`,
      )
    }
  }
  const tops = new Set([...byPath.keys()].filter(isAbsolute).map(path => path.split('/')[1]))
  const [first] = byPath.values()
  if (tops.size > 1 && first !== undefined) {
    report.todo(first.origin, 'template.destination', oneFileSystem)
  }
  return [...byPath.values()]
}

const usuallyTmpfs = /^\/(run|var\/run|dev\/shm)\//

const oneFileSystem =
  'the files lie in directories that have only "/" in common: put them all on one volume, or give each volume an agent of its own'

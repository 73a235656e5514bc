import path from 'node:path'
import type { ResolvedOutput } from '../resolved.ts'
import { namesIn, type Resolution, report, warn } from './resolution.ts'

/** Two outputs at one path, one inside another or inside the agent's state, and directories that are not there. */
export function checkOutputPaths(resolution: Resolution, stateDirectory: string): void {
  const places = new Map<string, string>()
  for (const name of namesIn(resolution.source, 'outputs')) {
    const place = resolution.absolute(name)
    const same = places.get(place)
    if (same !== undefined) {
      report(resolution, {
        path: ['outputs', name],
        at: 'key',
        message: `"${name}" and "${same}" are one path`,
        hint: 'keep one of the two',
      })
    } else places.set(place, name)
  }
  for (const [place, name] of places) {
    const parent = ancestorsOf(place).find(directory => places.has(directory))
    if (parent !== undefined) {
      report(resolution, {
        path: ['outputs', name],
        at: 'key',
        message: `"${name}" lies inside the output "${places.get(parent)}"`,
        hint: 'an output is published as a whole; make it one of the files of the other, or move it',
      })
    }
    if ([place, ...ancestorsOf(place)].includes(stateDirectory)) {
      report(resolution, {
        path: ['outputs', name],
        at: 'key',
        message: `"${name}" lies inside the agent's state directory "${stateDirectory}"`,
        hint: 'move it, or set state_dir',
      })
    }
  }
  warnOfAbsentDirectories(resolution, [...places])
}

/** `.keyturn` in the deepest directory that holds all outputs. */
export function defaultStateDirectory(outputs: readonly Pick<ResolvedOutput, 'path'>[]): string {
  const parents = outputs.map(output => path.dirname(output.path).split('/'))
  const [first = [''], ...others] = parents
  const differs = first.findIndex((part, index) => others.some(other => other[index] !== part))
  const common = differs === -1 ? first : first.slice(0, differs)
  return path.join('/', ...common, '.keyturn')
}

function warnOfAbsentDirectories(
  resolution: Resolution,
  places: readonly (readonly [place: string, name: string])[],
): void {
  const checked = new Set<string>()
  for (const [place, name] of places) {
    const directory = path.dirname(place)
    if (checked.has(directory)) continue
    checked.add(directory)
    if (resolution.ports.directoryExists(directory)) continue
    warn(resolution, {
      path: ['outputs', name],
      at: 'key',
      message: `the directory "${directory}" does not exist here`,
      hint: 'mount a tmpfs volume there',
    })
  }
}

function ancestorsOf(place: string): string[] {
  const ancestors: string[] = []
  for (let at = path.dirname(place); at !== '/'; at = path.dirname(at)) ancestors.push(at)
  return ancestors
}

import { join } from 'node:path'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { readState, type State } from '../../src/publish/state.ts'
import { createMemoryFileSystem, type MemoryFileSystem } from '../support/memory-file-system.ts'
import { allPaths, configurations, lastLine, type OutputShape, pathsOf, volume } from './configurations.ts'

/** What an application finds at a path. */
export interface Shown {
  readonly text: string
  /** The directory that a link leads to. */
  readonly generation: string | undefined
  /** Of each secret that it shows, in all places. */
  readonly versions: ReadonlyMap<string, number>
  /** Whether it is what the path may show: all of it, and one version of each secret. */
  readonly isWhole: boolean
}

/** By path. */
export type Seen = ReadonlyMap<string, Shown>

/** The tmpfs that agent and applications share. */
export interface Volume {
  readonly fileSystem: MemoryFileSystem
  readonly stateDirectory: string
  look(): Seen
  /** The text of a generation that somebody has opened. */
  pinned(generation: string): string
  /** What is in reach of others than its owner, or wider than it may be. */
  exposed(): string[]
  /** Names that are neither an output's nor on the way to one. */
  strangers(): string[]
  /** What an agent that starts now would know. */
  state(): State | undefined
  /** What is staged, but for locks. */
  staged(): string[]
}

export function createVolume(stateDirectory: string): Volume {
  const fileSystem = createMemoryFileSystem([volume, join(stateDirectory, '..')])
  const known = new Map<string, Shown>()
  let state: { readonly identity: string; readonly is: State | undefined } | undefined

  function show(path: string): Shown | undefined {
    const status = fileSystem.lstat(path)
    if (status === undefined) return undefined
    const generation = status.kind === 'symlink' ? linkedFrom(fileSystem, path) : undefined
    const files = generation === undefined ? [''] : namesIn(fileSystem, generation)
    const texts = new Map(files.map(name => [name, read(fileSystem, join(generation ?? path, name))]))
    const text = textOf(texts)
    const key = `${path} ${generation} ${text}`
    const shown = known.get(key) ?? { text, generation, ...meaningOf(path, texts) }
    known.set(key, shown)
    return shown
  }

  return {
    fileSystem,
    stateDirectory,
    look() {
      const seen = new Map<string, Shown>()
      for (const path of allPaths) {
        const shown = show(path)
        if (shown !== undefined) seen.set(path, shown)
      }
      return seen
    },
    pinned: generation =>
      textOf(
        new Map(
          namesIn(fileSystem, generation).map(name => [name, read(fileSystem, join(generation, name))]),
        ),
      ),
    exposed: () => [...exposedOutputs(fileSystem), ...exposedOwn(fileSystem, stateDirectory)],
    strangers: () => strangersIn(fileSystem, volume),
    state() {
      const identity = fileSystem.lstat(join(stateDirectory, 'state'))?.identity
      if (identity === undefined) return undefined
      if (state?.identity !== identity) state = { identity, is: readState({ fileSystem, stateDirectory }) }
      return state.is
    },
    staged: () => namesIn(fileSystem, join(stateDirectory, 'staging')),
  }
}

function meaningOf(path: string, files: ReadonlyMap<string, string>): Pick<Shown, 'versions' | 'isWhole'> {
  const found = [...files.values()].flatMap(text => [...text.matchAll(/(\w+)@(\d+)/g)])
  const versions = new Map(found.map(([, secret = '', version]) => [secret, Number(version)]))
  const isWhole = configurations.some(({ shapes }) =>
    shapes.some(shape => pathsOf(shape).includes(path) && isOf(shape, { path, files, versions })),
  )
  return { versions, isWhole }
}

function isOf(
  shape: OutputShape,
  { path, files, versions }: Pick<Shown, 'versions'> & { path: string; files: ReadonlyMap<string, string> },
): boolean {
  const wanted = path === shape.path ? shape.files : { '': [shape.declares?.secret ?? ''] }
  const names = Object.keys(wanted)
  return (
    names.length === files.size &&
    names.every(name => {
      const lines = (wanted[name] ?? []).map(secret => `${secret}@${versions.get(secret)}\n`)
      return files.get(name) === lines.join('') + lastLine
    })
  )
}

export function configuredPaths(shapes: readonly OutputShape[]): ReadonlySet<string> {
  return new Set(shapes.flatMap(pathsOf))
}

function linkedFrom(fileSystem: FileSystem, path: string): string {
  return join(path, '..', fileSystem.readLink(path))
}

function namesIn(fileSystem: FileSystem, directory: string): string[] {
  const status = fileSystem.lstat(directory)
  return status === undefined ? [] : fileSystem.readDirectory(directory).toSorted()
}

function textOf(files: ReadonlyMap<string, string>): string {
  return [...files].map(([name, text]) => `${name} ${text}`).join('')
}

function read(fileSystem: FileSystem, path: string): string {
  return Buffer.from(fileSystem.readFile(path)).toString()
}

function exposedOutputs(fileSystem: FileSystem): string[] {
  return allPaths.flatMap(path => {
    const status = fileSystem.lstat(path)
    if (status === undefined) return []
    if (status.kind === 'file') return exposedFile(fileSystem, path)
    const generation = linkedFrom(fileSystem, path)
    return [
      ...wider(fileSystem, generation, 0o750),
      ...fileSystem
        .readDirectory(generation)
        .flatMap(name => exposedFile(fileSystem, join(generation, name))),
    ]
  })
}

function exposedFile(fileSystem: FileSystem, path: string): string[] {
  const status = fileSystem.lstat(path)
  const isRight = status?.mode === 0o400 && status.owner === 10001 && status.group === 10001
  return isRight ? [] : [`${path} has mode ${status?.mode.toString(8)} and owner ${status?.owner}`]
}

function exposedOwn(fileSystem: FileSystem, own: string): string[] {
  const names = fileSystem.lstat(own) === undefined ? [] : fileSystem.readDirectory(own)
  const modes: Record<string, number> = { staging: 0o700, generations: 0o711, state: 0o600 }
  return [
    ...wider(fileSystem, own, 0o711),
    ...names.flatMap(name => wider(fileSystem, join(own, name), modes[name] ?? 0)),
  ]
}

function wider(fileSystem: FileSystem, path: string, mode: number): string[] {
  const status = fileSystem.lstat(path)
  const isRight = status === undefined || ((status.mode & ~mode) === 0 && status.owner === 0)
  return isRight ? [] : [`${path} has mode ${status.mode.toString(8)} and owner ${status.owner}`]
}

function strangersIn(fileSystem: FileSystem, directory: string): string[] {
  return fileSystem.readDirectory(directory).flatMap(name => {
    const path = join(directory, name)
    if (allPaths.includes(path)) return []
    return allPaths.some(output => output.startsWith(`${path}/`)) ? strangersIn(fileSystem, path) : [path]
  })
}

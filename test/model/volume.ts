import { join } from 'node:path'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { readState, type State } from '../../src/publish/state.ts'
import { createMemoryFileSystem, type MemoryFileSystem } from '../support/memory-file-system.ts'
import { allPaths, lastLine, type OutputShape, pathsOf, volume } from './configurations.ts'

/** What an application finds at a path: texts by file name. */
export interface Shown {
  readonly files: ReadonlyMap<string, string>
  readonly text: string
  /** The directory that a link leads to. */
  readonly generation: string | undefined
}

/** By path. */
export type Seen = ReadonlyMap<string, Shown>

/** The tmpfs that agent and applications share. */
export interface Volume {
  readonly fileSystem: MemoryFileSystem
  readonly stateDirectory: string
  look(): Seen
  /** The files of a generation that somebody has opened; undefined where one is gone. */
  pinned(generation: string): string | undefined
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
  return {
    fileSystem,
    stateDirectory,
    look() {
      const seen = new Map<string, Shown>()
      for (const path of allPaths) {
        const shown = show(fileSystem, path)
        if (shown !== undefined) seen.set(path, shown)
      }
      return seen
    },
    pinned: generation => textOf(filesBelow(fileSystem, generation)),
    exposed: () => [...exposedOutputs(fileSystem), ...exposedOwn(fileSystem, stateDirectory)],
    strangers: () => strangersIn(fileSystem, volume),
    state: () => readState({ fileSystem, stateDirectory }),
    staged() {
      const staging = join(stateDirectory, 'staging')
      return fileSystem.lstat(staging) === undefined ? [] : fileSystem.readDirectory(staging)
    },
  }
}

/** Whether it is what this output shows: whole, and of one version of each secret. */
export function isOf(shape: OutputShape, path: string, shown: Shown): boolean {
  const files = path === shape.path ? shape.files : { '': [shape.declares?.secret ?? ''] }
  const names = Object.keys(files)
  if (names.length !== shown.files.size) return false
  const found = versionsIn(shown)
  return names.every(name => {
    const lines = (files[name] ?? []).map(secret => `${secret}@${found.get(secret)?.values().next().value}\n`)
    return shown.files.get(name) === lines.join('') + lastLine
  })
}

/** The versions of each secret that it shows. */
export function versionsIn({ text }: Pick<Shown, 'text'>): ReadonlyMap<string, ReadonlySet<number>> {
  const versions = new Map<string, Set<number>>()
  for (const [, secret = '', version] of text.matchAll(/(\w+)@(\d+)/g)) {
    versions.set(secret, (versions.get(secret) ?? new Set()).add(Number(version)))
  }
  return versions
}

export function configuredPaths(shapes: readonly OutputShape[]): ReadonlySet<string> {
  return new Set(shapes.flatMap(pathsOf))
}

function show(fileSystem: FileSystem, path: string): Shown | undefined {
  const status = fileSystem.lstat(path)
  if (status === undefined) return undefined
  if (status.kind !== 'symlink') {
    const text = read(fileSystem, path)
    return { files: new Map([['', text]]), text, generation: undefined }
  }
  const generation = join(path, '..', fileSystem.readLink(path))
  const files = filesBelow(fileSystem, generation)
  return { files, text: textOf(files) ?? '', generation }
}

function filesBelow(fileSystem: FileSystem, directory: string): Map<string, string> {
  if (fileSystem.lstat(directory) === undefined) return new Map()
  const names = fileSystem.readDirectory(directory).toSorted()
  return new Map(names.map(name => [name, read(fileSystem, join(directory, name))]))
}

function textOf(files: ReadonlyMap<string, string>): string | undefined {
  return files.size === 0 ? undefined : [...files].map(([name, text]) => `${name} ${text}`).join('')
}

function read(fileSystem: FileSystem, path: string): string {
  return Buffer.from(fileSystem.readFile(path)).toString()
}

function exposedOutputs(fileSystem: FileSystem): string[] {
  return allPaths.flatMap(path => {
    const status = fileSystem.lstat(path)
    if (status === undefined) return []
    if (status.kind === 'file') return exposedFile(fileSystem, path)
    const generation = join(path, '..', fileSystem.readLink(path))
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

import type { Severity } from '../core/ports.ts'
import type { Terminal } from './terminal.ts'

/** Where and as whom the process runs: what finding and reading a configuration needs. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  readonly uid: number
  readonly gid: number
}

/** What the process is given; everything below asks this instead of `process`. */
export interface ProgramContext extends Surroundings {
  readonly argv: readonly string[]
  readonly terminal: Terminal
  readonly terminate: AbortSignal
  readonly onReload: (callback: () => void) => Disposable
  readonly forbidCoreDumps: () => void
}

/** The options by which a configuration is found, or written on the command line. */
export interface ConfigurationOptions {
  readonly config?: string
  readonly secret?: readonly string[]
  readonly owner?: string
  readonly group?: string
  readonly mode?: string
  readonly signal?: readonly string[]
}

export interface LogOptions {
  readonly logLevel?: Severity
  readonly logFormat?: 'json' | 'pretty'
}

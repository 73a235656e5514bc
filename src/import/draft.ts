import type { Origin } from './tree.ts'

/** A part of a configuration as plain data, in the order in which it is written. */
export type Settings = Readonly<Record<string, unknown>>

/** The new configuration while it is being put together. */
export interface Draft {
  readonly provider: Settings
  readonly outputs: readonly DraftOutput[]
  readonly reload: readonly DraftNotifier[]
  /** Quiescence timers that were there. */
  readonly settle: readonly string[]
  readonly logLevel: string | undefined
  readonly templates: DraftTemplates
  /** Contents by path, relative to the configuration. */
  readonly files: ReadonlyMap<string, string>
}

export interface DraftOutput {
  readonly origin: Origin
  readonly path: string
  readonly settings: Settings
}

export interface DraftNotifier {
  readonly origin: Origin
  readonly settings: Settings
  /** Paths of outputs; undefined for all. */
  readonly on: string | undefined
}

/** What templates may reach beside the secrets. */
export interface DraftTemplates {
  readonly allow: readonly string[]
  readonly readBelow: readonly string[]
  readonly writeBelow: readonly string[]
}

import type { Place, Problem } from '../core/problem.ts'

/** A configuration before it is checked, wherever it was written. */
export interface ConfigurationSource {
  /** Plain data as JSON could hold it; a `mode` is its text as written. */
  readonly data: unknown
  /** What relative paths are relative to. */
  readonly directory: string
  /** What could not even be read. */
  readonly problems: readonly Problem[]
  /**
   * Where the key at `path` stands, or its value; of what is not there, the nearest that is. `within` is a line and column
   * inside the value's text, both from 1.
   */
  place(path: DataPath, part: 'key' | 'value', within?: TextPosition): Place
}

export type DataPath = readonly (string | number)[]

export interface TextPosition {
  readonly line: number
  readonly column: number
}

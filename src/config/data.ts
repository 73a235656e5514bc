import type { DataPath } from './source.ts'

/** What a document holds, before anything is known of it. */
export interface Data {
  [key: string | number]: unknown
  /** Named, for the steps that must look at them before the schema does. */
  type?: unknown
  reload?: unknown
}

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null
}

/** What stands at a path, and undefined where nothing does. */
export function valueAt(data: unknown, path: DataPath): unknown {
  return path.reduce<unknown>((value, step) => (isData(value) ? value[step] : undefined), data)
}

/** Where something stands in an imported file, or the option that it comes from. */
export interface Origin {
  readonly file: string
  /** From 1; undefined for what comes from an option. */
  readonly line: number | undefined
}

/** A configuration as it was written, whether in HCL or in JSON: the same keys in the same order, with their lines. */
export interface Block {
  readonly origin: Origin
  readonly entries: readonly Entry[]
}

/** A repeated block is an entry each time; the label of `method "approle" { … }` is an entry of its own within `method`. */
export interface Entry {
  readonly key: string
  readonly origin: Origin
  readonly value: Value
}

export type Value = string | number | boolean | null | Block | readonly Value[]

export function isBlock(value: Value): value is Block {
  return typeof value === 'object' && value !== null && 'origin' in value
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** One entry, or one for each block of a list of blocks, which is how JSON writes what is there several times. */
export function entriesOf(key: string, origin: Origin, value: Value): Entry[] {
  if (!isList(value) || value.length === 0 || !value.every(isBlock)) return [{ key, origin, value }]
  return value.map((block, index) => ({ key, origin: index === 0 ? origin : block.origin, value: block }))
}

import { isMap, itemsOf, textOf, type Value, valueAt } from './values.ts'

/** What is no text, list or map takes about so many bytes. */
const scalarSize = 8

/**
 * About how many bytes a value takes when it is written whole. Lists and maps may hold one another many times, so that this can
 * be more than memory has; it is found without writing any. What holds itself has no end.
 */
export function writtenSize(value: Value): number {
  return sizeOf(value, new Map())
}

function sizeOf(value: Value, known: Map<Value, number>): number {
  const parts = partsOf(value)
  if (parts === undefined) return textOf(value)?.length ?? scalarSize
  const size = known.get(value)
  if (size !== undefined) return size
  known.set(value, Number.POSITIVE_INFINITY)
  let sum = 2
  for (const part of parts) sum += 1 + sizeOf(part, known)
  known.set(value, sum)
  return sum
}

function partsOf(value: Value): readonly Value[] | undefined {
  if (isMap(value)) return [...value.keys()].flatMap((key: Value) => [key, valueAt(value, key)])
  return itemsOf(value)
}

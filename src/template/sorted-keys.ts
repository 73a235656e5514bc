import { compareStrings } from './go-string.ts'

/** In the order in which Go prints and ranges over them: by bytes. */
export function sortedKeys(map: { keys(): Iterable<string> }): readonly string[] {
  return [...map.keys()].sort(compareStrings)
}

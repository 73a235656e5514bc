import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { encodeJson, isJsonObject, parseJson } from './go-json.ts'
import type { State } from './state.ts'

/**
 * The state that a file keeps, or undefined where there is no file yet.
 * @throws Error where the file is not one of this store's
 */
export function loadState(path: string): State | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  const content = parseJson(text)
  if (!isJsonObject(content) || content['format'] !== 1)
    throw new Error(`"${path}" is not a development store's data`)
  // Only this store writes such files, and a damaged one does not parse.
  return content['state'] as State
}

/** Replaces the file as a whole, so that a store killed meanwhile finds the old or the new state; mode 0600. */
export function saveState(path: string, state: State): void {
  const staged = `${path}.new`
  const file = openSync(staged, 'w', 0o600)
  writeSync(file, encodeJson({ format: 1, state }))
  fsyncSync(file)
  closeSync(file)
  renameSync(staged, path)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

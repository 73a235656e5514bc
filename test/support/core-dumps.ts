import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { LeakSearch } from './leak-search.ts'

/** Why this machine writes no core dump where its process works; undefined where it does. */
export function noCoreDumps(): string | undefined {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
  if (/^[^|/]+$/.test(pattern)) return undefined
  return `kernel.core_pattern is "${pattern}", so that core dumps go elsewhere`
}

/** Core dumps in a directory, whatever the machine calls them: no other file begins like this. */
export function coreDumpsIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ name }) => join(directory, name))
    .filter(path => read(path, 0, 4).equals(Buffer.from('\x7fELF')))
}

const chunkBytes = 32 * 1024 * 1024
/** More than anything that is searched. */
const overlap = 1024

/** Searches a file that may be larger than memory. */
export function searchFile(path: string, search: LeakSearch): string[] {
  const found = new Set<string>()
  for (let at = 0; ; at += chunkBytes - overlap) {
    const chunk = read(path, at, chunkBytes)
    for (const finding of search(chunk)) found.add(finding)
    if (chunk.length < chunkBytes) return [...found].sort()
  }
}

function read(path: string, at: number, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(file, buffer, 0, length, at))
  } finally {
    closeSync(file)
  }
}

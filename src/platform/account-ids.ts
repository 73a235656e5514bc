import { readFileSync } from 'node:fs'

/** Numbers by name from a file as passwd(5) or group(5) describe it; none where there is no such file. */
export function readAccountIds(file: string): ReadonlyMap<string, number> {
  const ids = new Map<string, number>()
  for (const line of linesOf(file)) {
    const [name = '', , id = ''] = line.split(':')
    if (/^\d+$/.test(id)) ids.set(name, Number(id))
  }
  return ids
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    // The image has none, and most others have no name in it that means anything here.
    return []
  }
}

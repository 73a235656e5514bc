import { refuse } from './refusal.ts'
import type { Answer } from './route.ts'

/**
 * The keys one level below a path: a key with a slash at its end stands for a folder.
 * @throws Refusal 404 where there are none
 */
export function listKeys(rows: Readonly<Record<string, unknown>>, path: string): Answer {
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  const below = Object.keys(rows).filter(key => key.startsWith(prefix) && key !== prefix)
  const keys = new Set(below.map(key => key.slice(prefix.length).replace(/\/.*$/, '/')))
  return keys.size === 0 ? refuse(404) : { data: { keys: [...keys].sort() } }
}

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('../../src/config/', import.meta.url)

describe('what an agent loads at its start for its configuration', () => {
  it('is the small half of zod, and YAML only where there is a file', () => {
    expect(packagesOf('load-configuration.ts')).toEqual(['node:path', 'zod/mini'])
    expect(packagesOf('from-environment.ts')).toEqual([])
    expect(packagesOf('read-yaml.ts')).toEqual(['node:path', 'yaml'])
  })
})

/** The packages that a file of src/config imports at run time, itself or through others. */
function packagesOf(file: string): string[] {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const walk = (url: URL) => {
    if (seen.has(url.href)) return
    seen.add(url.href)
    const imports = readFileSync(url, 'utf8').matchAll(/^(?:import|\} from|export .* from)\b(?! type)(.*)$/gm)
    for (const [line] of imports) {
      const name = /'([^']+)'$/.exec(line)?.[1]
      if (name?.startsWith('.')) walk(new URL(name, url))
      else if (name !== undefined) packages.add(name)
    }
  }
  walk(new URL(file, folder))
  return [...packages].sort()
}

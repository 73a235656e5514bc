import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const folder = new URL('../../src/template/', import.meta.url)

describe('what a template loads that calls none of these functions', () => {
  const { packages, files } = loadedBy('compile-template.ts')

  it('is no package', () => {
    expect(packages.filter(name => !name.startsWith('node:'))).toEqual([])
  })

  it('is of sprig the names alone, and no regular expressions', () => {
    expect(files.filter(file => /sprig|regex/.test(file))).toEqual([
      'functions/sprig/groups.ts',
      'functions/sprig/refused.ts',
    ])
  })
})

/** What a file imports at run time before it does anything, itself or through others. */
function loadedBy(file: string): { readonly packages: readonly string[]; readonly files: readonly string[] } {
  const packages = new Set<string>()
  const files = new Set<string>()
  const walk = (url: URL) => {
    if (files.has(url.href)) return
    files.add(url.href)
    for (const name of importsOf(readFileSync(url, 'utf8'))) {
      if (name.startsWith('.')) walk(new URL(name, url))
      else packages.add(name)
    }
  }
  walk(new URL(file, folder))
  const names = [...files].map(href => relative(fileURLToPath(folder), fileURLToPath(href)))
  return { packages: [...packages].sort(), files: names.sort() }
}

function importsOf(source: string): string[] {
  const imports = source.matchAll(/^(?:import|export)\b(?! type)[^'"]*?from '([^']+)'/gms)
  return [...imports].map(([, name = '']) => name)
}

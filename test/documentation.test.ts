import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../src/core/errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const operations = readFileSync(join(root, 'docs/operations.md'), 'utf8')

const filesBelow = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending))
    .map(name => join(folder, name))

describe('docs/operations.md', () => {
  it('names exactly the events that the code records', () => {
    const recorded = new Set<string>()
    for (const file of filesBelow('src', '.ts')) {
      const text = readFileSync(join(root, file), 'utf8')
      for (const [, event = ''] of text.matchAll(/'(?:debug|info|warn|error)',\s*'([a-z]+(?:_[a-z]+)*)'/g))
        recorded.add(event)
      for (const [, event = ''] of text.matchAll(/\.record\(\s*severity,\s*'([a-z_]+)'/g)) recorded.add(event)
    }
    const [, table = ''] = operations.split('## Log events')
    const [rows = ''] = table.split('\n## ')
    const documented = [...rows.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z_]+)`/g)].map(match => match[1]),
    )
    // Names of severities stand in pairs too where levels are listed.
    for (const severity of ['debug', 'info', 'warn', 'error']) recorded.delete(severity)
    expect(documented.toSorted()).toEqual([...recorded].sort())
  })

  it('names every exit code', () => {
    for (const code of Object.values(exitCodes))
      expect(operations).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'))
  })
})

describe('docs/guarantees.md', () => {
  const guarantees = readFileSync(join(root, 'docs/guarantees.md'), 'utf8')
  const cited = [...guarantees.matchAll(/`(test\/[^`]+\.test\.ts)` "([^"]+)"/g)]

  it('names tests that are there', () => {
    const absent = cited.filter(([, file = '', name = '']) => !readIfThere(file).includes(name))
    expect(absent.map(([citation]) => citation)).toEqual([])
  })

  it('says of everything by which test it is shown, or why it does not apply', () => {
    const rows = guarantees.split('\n').filter(line => /^\| (?!---|\|)/.test(line))
    const bare = rows.filter(row => !row.includes('`test/') && !row.includes('does not apply:'))
    // The heads of the tables.
    expect(bare.filter(row => !/\| (held|shown) by \|/.test(row))).toEqual([])
    expect(guarantees.match(/`test\/[^`]+\.test\.ts` /g)?.length).toBe(cited.length)
  })
})

describe('the documentation', () => {
  it('links only to what is there', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesBelow('docs', '.md')]
    const broken = pages.flatMap(page => {
      const text = readFileSync(join(root, page), 'utf8')
      return [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)]
        .map(([, target = '']) => join(page, '..', target))
        .filter(target => !filesOf(target))
        .map(target => `${page} -> ${target}`)
    })
    expect(broken).toEqual([])
  })
})

function readIfThere(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return ''
  }
}

function filesOf(path: string): boolean {
  try {
    readFileSync(join(root, path))
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR'
  }
}

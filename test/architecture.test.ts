import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).flatMap(entry =>
  entry.isDirectory() ? entry.name : [],
)

/** Which other folders of src a folder may import, from docs/architecture.md. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  agent: ['core'],
  template: ['core'],
  config: ['core'],
  import: ['core'],
  platform: ['core'],
  providers: ['core', 'platform'],
  publish: ['core', 'platform'],
  notify: ['core', 'platform'],
  'dev-store': [],
}

/** An import planted in a tree of its own, under the project's lint rules. */
const planted = (folder: string, other: string, deeper: boolean) =>
  `src/${folder}/${deeper ? 'deeper/' : ''}imports-${other}.ts`

describe('the import rules of the layout', () => {
  const tree = mkdtempSync(join(tmpdir(), 'keyturn-architecture-'))
  let refused: ReadonlySet<string> = new Set()

  beforeAll(() => {
    const rules = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as object
    writeFileSync(join(tree, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }))
    for (const folder of Object.keys(mayImport)) {
      for (const other of folders.filter(name => name !== folder)) {
        for (const deeper of [false, true]) {
          const path = join(tree, planted(folder, other, deeper))
          mkdirSync(dirname(path), { recursive: true })
          writeFileSync(path, `export { part } from '${deeper ? '../..' : '..'}/${other}/part.ts'\n`)
        }
      }
    }
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=github'],
      { cwd: tree, encoding: 'utf8' },
    )
    const findings = stdout.matchAll(/title=lint\/style\/noRestrictedImports,file=([^,]+),/g)
    refused = new Set([...findings].map(match => relative(tree, match[1] ?? '')))
  })
  afterAll(() => rmSync(tree, { recursive: true }))

  it('name every folder of src', () => {
    expect(Object.keys(mayImport).concat('cli').sort()).toEqual(folders.toSorted())
  })

  for (const [folder, allowed] of Object.entries(mayImport)) {
    it(`refuse in src/${folder} exactly what it must not know`, () => {
      for (const other of folders.filter(name => name !== folder)) {
        for (const deeper of [false, true]) {
          const path = planted(folder, other, deeper)
          expect(refused.has(path), path).toBe(!allowed.includes(other))
        }
      }
    })
  }
})

import { describe, expect, it } from 'vitest'
import { compareOrigins, type Finding } from '../../src/import/report.ts'
import { type Block, type Entry, isBlock } from '../../src/import/tree.ts'
import { writeConfiguration } from '../../src/import/write-configuration.ts'
import { fixtures, importBlocks, readFixture } from './import-fixture.ts'

describe.each(fixtures)('%s', name => {
  it('becomes this configuration', async () => {
    const { draft } = importBlocks(await readFixture(name))
    await expect(writeConfiguration(draft, [])).toMatchFileSnapshot(`fixtures/${name}.keyturn.yaml`)
  })

  it('has this in its report', async () => {
    const { report } = importBlocks(await readFixture(name))
    const mapped = report.mappings.map(({ origin, from, to }) => ({ origin, text: `${from} -> ${to}` }))
    const found = report.findings.map(finding => ({ origin: finding.origin, text: shown(finding) }))
    const lines = [...mapped, ...found]
      .sort((a, b) => compareOrigins(a.origin, b.origin))
      .map(({ origin, text }) => `${origin.line} ${text}\n`)
    await expect(lines.join('')).toMatchFileSnapshot(`fixtures/${name}.report.txt`)
  })

  it('has no key that could be added without a trace, at any level', async () => {
    const whole = await readFixture(name)
    for (const { path, planted } of plantedIn(whole)) {
      const { findings } = importBlocks(planted).report
      const found = findings.some(
        ({ origin, what }) => origin.line === plantedLine && what.endsWith('planted'),
      )
      // A block that keyturn has nothing for is listed with all that it holds.
      const listed = findings.some(({ what }) => isWithin(path, what) && listedWithContent.has(what))
      expect({ path, found: found || listed }).toEqual({ path, found: true })
    }
  })
})

/** Blocks whose keys are not looked at one by one. */
const listedWithContent: ReadonlySet<string> = new Set([
  'api_proxy',
  'auto_auth.method.aws.config',
  'auto_auth.sink',
  'cache',
  'consul',
  'listener',
  'telemetry',
  'template.exec.env',
  'vault.retry',
])

const plantedLine = 4711

/** The tree once for each of its blocks, with a key in it that nobody knows. */
function* plantedIn(block: Block, path = ''): Generator<{ readonly path: string; readonly planted: Block }> {
  const key: Entry = { key: 'planted', origin: { file: '', line: plantedLine }, value: 'x' }
  yield { path, planted: { ...block, entries: [...block.entries, key] } }
  for (const [index, entry] of block.entries.entries()) {
    if (!isBlock(entry.value)) continue
    for (const inner of plantedIn(entry.value, path === '' ? entry.key : `${path}.${entry.key}`)) {
      const entries = block.entries.with(index, { ...entry, value: inner.planted })
      yield { path: inner.path, planted: { ...block, entries } }
    }
  }
}

function isWithin(path: string, whole: string): boolean {
  return path === whole || path.startsWith(`${whole}.`)
}

function shown({ severity, what, remedy }: Finding): string {
  return `${severity}: ${what}: ${remedy}`
}

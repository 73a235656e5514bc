import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jsonSchema } from '../../src/config/json-schema.ts'
import { readTemplate } from '../../src/template/read-template.ts'
import { renderKeyTables } from './key-table.ts'
import { load } from './load.ts'

const file = new URL('../../docs/configuration.md', import.meta.url)
const generated = /(<!-- keys: .* -->\n)([\s\S]*)(<!-- end of keys -->)/

describe('docs/configuration.md', () => {
  it('lists the keys of the schema (UPDATE_DOCS=1 npm test writes them anew)', () => {
    const tables = `\n${renderKeyTables(jsonSchema())}\n\n`
    const page = readFileSync(file, 'utf8')
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(
        file,
        page.replace(generated, (_, begin: string, _old, end: string) => begin + tables + end),
      )
    }
    expect(generated.exec(readFileSync(file, 'utf8'))?.[2]).toBe(tables)
  })

  it('begins with an example that passes the check', () => {
    const page = readFileSync(file, 'utf8')
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    const { configuration, problems } = load(example, { ports: { parseTemplate: readTemplate } })
    expect(problems).toEqual([])
    expect(configuration?.outputs.map(output => output.path)).toContain('/run/secrets/tls')
  })
})

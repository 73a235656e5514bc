import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { isJsonObject, parseJson } from '../../src/core/json.ts'
import { fieldsOf, type Secret } from '../../src/core/secret.ts'
import { compileFormat, formats, renderValue } from '../../src/template/compile-format.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { templateFunctions } from '../../src/template/functions.ts'
import { renderOffline } from '../../src/template/render-offline.ts'

const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}))
const dataJson = textOf('json data')
const secretsJson = textOf('json secrets')
const db = { provider: 'vault', path: 'secret/my-api/db' }

describe('docs/templates.md', () => {
  const templates = blocks.filter(({ kind }) => kind === 'gotmpl')

  it('has templates, each followed by its output', () => {
    const kinds = blocks.map(({ kind }) => kind)
    expect(templates.length).toBeGreaterThan(3)
    expect(kinds.filter((_, index) => kinds[index - 1] === 'gotmpl')).toEqual(
      templates.map(() => 'text output'),
    )
  })

  it.each(templates)('renders $text', async template => {
    const output = blocks[blocks.indexOf(template) + 1]?.text
    expect(await renderOffline({ text: template.text, name: 'docs', dataJson, secretsJson })).toBe(output)
  })

  const written = blocks.filter(({ kind }) => kind.startsWith('text format '))
  it.each(written)('writes the $kind', async ({ kind, text }) => {
    const format = formats.find(name => kind.endsWith(name)) ?? 'raw'
    const rendered = (await compileFormat(db, format)).render(() => secretOf("it's secret"))
    expect(rendered).toMatchObject({ content: text })
  })

  it('shows outputs that can be rendered', async () => {
    const { outputs } = parseYaml(textOf('yaml'))
    expect(outputs['/run/secrets/db_password']).toEqual({ value: 'db.password' })
    expect(renderValue(db, 'password').render(() => secretOf('p'))).toMatchObject({ content: 'p' })
    const { contents } = outputs['/run/secrets/dsn']
    const renderer = await compileTemplate(contents, { name: 'dsn', dot: new Map([['db', db]]) })
    expect(renderer.render(() => secretOf('p'))).toMatchObject({ content: 'postgres://app@db/app' })
  })

  it('names every format, and every function of its table', () => {
    const tableCells = [...page.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell.trim())
    expect(formats.filter(format => !tableCells.includes(`\`${format}\``))).toEqual([])
    const named = new Set(
      tableCells.flatMap(cell => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name)),
    )
    expect(templateFunctions.names().filter(name => !named.has(name))).toEqual([])
  })
})

function textOf(kind: string): string {
  const block = blocks.find(candidate => candidate.kind === kind)
  if (block === undefined) throw new Error(`there is no block "${kind}"`)
  return block.text
}

/** The secret `db` of the page, with another password. */
function secretOf(password: string): Secret {
  const { db: shown } = JSON.parse(dataJson)
  const document = parseJson(JSON.stringify({ ...shown, password }))
  if (!isJsonObject(document.root)) throw new Error('not an object')
  return { version: '1', fields: fieldsOf(document, document.root) }
}

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { isJsonObject, parseJson } from '../../src/core/json.ts'
import { fieldsOf, type Secret } from '../../src/core/secret.ts'
import { compileFormat, formats, renderValue } from '../../src/template/compile-format.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { refusedFunctions } from '../../src/template/functions/refused.ts'
import { refusedSprigFunctions } from '../../src/template/functions/sprig/refused.ts'
import { functionsAllowing } from '../../src/template/functions.ts'
import { nothingOutside, type Outside, outsideFunctions } from '../../src/template/outside.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { givenSecrets } from '../../src/template/values/given-secrets.ts'

const page = readPage('templates.md')
const functionsPage = readPage('template-functions.md')
const blocks = [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}))
const dataJson = textOf('json data')
const secretsJson = textOf('json secrets')
const db = { provider: 'vault', path: 'secret/my-api/db' }
const outside: Outside = {
  ...nothingOutside,
  allow: [...outsideFunctions.keys()],
  environment: { APP_REGION: 'eu' },
  now: () => Date.UTC(2026, 6, 15),
  readBelow: ['/etc/app'],
  writing: { ...nothingOutside.writing, below: ['/run/secrets'] },
}
const files = new Map([['/etc/app/motd', 'hello']])
const render = (text: string) => renderOffline({ text, name: 'docs', dataJson, secretsJson, files, outside })

describe('docs/templates.md', () => {
  const templates = blocks.filter(({ kind }) => kind === 'gotmpl')

  it('has templates, each followed by its output, and ten recipes', () => {
    const kinds = blocks.map(({ kind }) => kind)
    expect(templates.length).toBeGreaterThan(3)
    expect(kinds.filter((_, index) => kinds[index - 1] === 'gotmpl')).toEqual(
      templates.map(() => 'text output'),
    )
    const [, recipes = ''] = page.split('\n## Recipes\n')
    expect(recipes.match(/^\d+\. /gm)).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 1}. `))
    expect(recipes.match(/^```gotmpl$/gm)).toHaveLength(10)
  })

  it.each(templates)('renders $text', async template => {
    expect(await render(template.text)).toBe(blocks[blocks.indexOf(template) + 1]?.text)
  })

  it('shows the files that a recipe declares', async () => {
    const shown = blocks.filter(({ kind }) => kind.startsWith('text file '))
    const recipe = blocks.findLast(
      ({ kind }, index) => kind === 'gotmpl' && index < blocks.indexOf(shown[0] ?? { kind: '', text: '' }),
    )
    const source = { secretProvider: 'vault', writeKey: new Uint8Array() }
    const renderer = await compileTemplate(recipe?.text ?? '', {
      name: 'docs',
      dot: new Map(),
      outside,
      ...source,
    })
    const rendered = renderer.render(givenSecrets(parseJson(secretsJson), source))
    const declared = 'declared' in rendered ? (rendered.declared ?? []) : []
    expect(declared.map(({ path, content }) => ({ kind: `text file ${path}`, text: content }))).toEqual(shown)
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

  it('names every format', () => {
    const tableCells = [...page.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell.trim())
    expect(formats.filter(format => !tableCells.includes(`\`${format}\``))).toEqual([])
  })
})

describe('docs/template-functions.md', () => {
  const rows = [...functionsPage.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
  const examples = rows
    .filter(cells => cells.length === 4)
    .map(([use = '', , example = '', output = '']) => ({
      name: codeIn(use).split(' ')[0] ?? '',
      example: codeIn(example),
      output,
    }))

  it('has every function once, and no other', () => {
    expect(examples.map(({ name }) => name).sort()).toEqual(
      [...functionsAllowing(outside.allow).names()].sort(),
    )
  })

  it.each(examples)('$name: $example', async ({ name, example, output }) => {
    expect(example).toMatch(new RegExp(`\\b${name}\\b`))
    if (output.startsWith('error: ')) await expect(render(example)).rejects.toThrow(output.slice(7))
    else expect(await render(example)).toBe(output === 'nothing' ? '' : codeIn(output).replaceAll('⏎', '\n'))
  })

  it('has every function that is refused, with its reason', () => {
    const [, section = ''] = functionsPage.split('\n## Refused\n')
    const refused = [...section.matchAll(/^\| (`.*) \| (.*) \|$/gm)].flatMap(([, names = '', reason = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, reason] as const),
    )
    expect(new Map(refused)).toEqual(new Map([...refusedSprigFunctions, ...refusedFunctions]))
  })
})

function readPage(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
}

/** What stands between backquotes in a table's cell, where `|` is written with a backslash. */
function codeIn(cell: string): string {
  const [, wide, narrow = ''] = /^(?:`` (.*) ``|`(.*)`)$/.exec(cell) ?? []
  return (wide ?? narrow).replaceAll('\\|', '|')
}

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

import { describe, expect, it } from 'vitest'
import type { TemplateUse } from '../../src/config/resolve/resolution.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { load } from './load.ts'
import { say } from './say.ts'

/** A template language with two words: `{{ name }}` uses a secret, and "{{" without an end is a mistake. */
function parseTemplate(text: string, name: string): TemplateUse {
  const lines = text.split('\n')
  const line = lines.findIndex(content => /\{\{(?!.*\}\})/.test(content))
  if (line !== -1) {
    const column = (lines[line] ?? '').indexOf('{{') + 1
    const place = { file: name, line: line + 1, column, excerpt: lines[line] }
    throw new ConfigurationError('unclosed action', { hint: 'close it', place })
  }
  const secrets = [...text.matchAll(/\{\{ (\w+) \}\}/g)].map(({ 1: secret = '', index }) => {
    const line = text.slice(0, index).split('\n').length
    const column = index - text.lastIndexOf('\n', index)
    return { name: secret, place: { file: name, line, column, excerpt: lines[line - 1] } }
  })
  return { secrets }
}

const ports = { parseTemplate }

describe('templates in a configuration', () => {
  it('are read relative to the file, and handed on with their text', () => {
    const text = `secrets: { db: "file:/db" }
outputs:
  /run/a: { template: a.tmpl }
  /run/d/: { files: { b: { contents: "b={{ db }}" } } }
`
    const { configuration } = load(text, { ports, files: { '/etc/keyturn/a.tmpl': 'a={{ db }}' } })
    expect(configuration?.outputs.flatMap(output => output.files).map(({ source }) => source)).toEqual([
      { kind: 'template', text: 'a={{ db }}', name: '/etc/keyturn/a.tmpl' },
      { kind: 'template', text: 'b={{ db }}', name: '/run/d/b' },
    ])
  })

  it('show where they do not parse, in their own file or in the block of text, and may then use any secret', () => {
    const text =
      'secrets: { db: "file:/db" }\noutputs:\n  /run/a: { template: a.tmpl }\n  /run/b:\n    contents: |\n      first\n      x={{ db\n'
    const { problems } = load(text, { ports, files: { '/etc/keyturn/a.tmpl': 'one\ntwo {{' } })
    expect(problems).toEqual([
      {
        file: '/etc/keyturn/a.tmpl',
        line: 2,
        column: 5,
        excerpt: 'two {{',
        message: 'unclosed action',
        hint: 'close it',
      },
      {
        file: '/etc/keyturn/keyturn.yaml',
        line: 7,
        column: 9,
        excerpt: '      x={{ db',
        message: 'unclosed action',
        hint: 'close it',
      },
    ])
  })

  it('are a mistake where their file cannot be read', () => {
    expect(
      say(
        load('secrets: { db: "file:/db" }\noutputs:\n  /run/a: { template: a.tmpl }\n', { ports }).problems,
      ),
    ).toEqual([
      '3:23 the template "/etc/keyturn/a.tmpl" cannot be read (ENOENT) (a relative path is relative to the configuration file)',
    ])
  })

  it('use the secrets that they name, which must be declared', () => {
    const text =
      'secrets: { db: "file:/db", web: "file:/web" }\noutputs: { /run/a: { contents: "{{ bd }}" } }\n'
    expect(say(load(text, { ports }).problems)).toEqual([
      '1:12 the secret "db" is not used (use it in an output, or remove it)',
      '1:28 the secret "web" is not used (use it in an output, or remove it)',
      '2:32 there is no secret "bd" (did you mean "db"?)',
    ])
  })

  it('show where they name a secret that is not declared', () => {
    const text =
      'secrets: { db: "file:/db" }\noutputs:\n  /run/a: { template: a.tmpl }\n  /run/b:\n    contents: |\n      {{ db }}\n      y={{ dbb }}\n'
    const { problems } = load(text, { ports, files: { '/etc/keyturn/a.tmpl': 'one\nx={{ bd }}' } })
    expect(problems).toEqual([
      {
        file: '/etc/keyturn/a.tmpl',
        line: 2,
        column: 3,
        excerpt: 'x={{ bd }}',
        message: 'there is no secret "bd"',
        hint: 'did you mean "db"?',
      },
      {
        file: '/etc/keyturn/keyturn.yaml',
        line: 7,
        column: 9,
        excerpt: '      y={{ dbb }}',
        message: 'there is no secret "dbb"',
        hint: 'did you mean "db"?',
      },
    ])
  })

  it('count as using every secret where only running them would tell', () => {
    const text = 'secrets: { db: "file:/db" }\noutputs: { /run/a: { contents: "x" } }\n'
    expect(load(text, { ports: { parseTemplate: () => ({ secrets: undefined }) } }).problems).toEqual([])
  })
})

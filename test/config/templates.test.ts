import { describe, expect, it } from 'vitest'
import type { TemplateReading, TemplateUse } from '../../src/config/resolve/resolution.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { defaultLimits } from '../../src/template/limits.ts'
import { load } from './load.ts'
import { say } from './say.ts'

/** A template language with two words: `{{ name }}` uses a secret, and "{{" without an end is a mistake. */
function parseTemplate(text: string, { name }: TemplateReading): TemplateUse {
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

const asUsual = {
  kind: 'template',
  delimiters: undefined,
  missingKey: 'error',
  allowWorldAccess: false,
}

describe('templates in a configuration', () => {
  it('are read relative to the file, and handed on with their text', () => {
    const text = `secrets: { db: "file:/db" }
outputs:
  /run/a: { template: a.tmpl }
  /run/d/: { files: { b: { contents: "b={{ db }}" } } }
`
    const { configuration } = load(text, { ports, files: { '/etc/keyturn/a.tmpl': 'a={{ db }}' } })
    expect(configuration?.outputs.flatMap(output => output.files).map(({ source }) => source)).toEqual([
      { ...asUsual, text: 'a={{ db }}', name: '/etc/keyturn/a.tmpl' },
      { ...asUsual, text: 'b={{ db }}', name: '/run/d/b' },
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

describe('how a template is read', () => {
  /** What the template was read with, for each that is read. */
  function readings(text: string): TemplateReading[] {
    const seen: TemplateReading[] = []
    const { problems } = load(text, {
      ports: {
        parseTemplate(_text, reading) {
          seen.push(reading)
          return { secrets: [] }
        },
      },
    })
    expect(problems).toEqual([])
    return seen
  }

  it('is said by its output, or by the directory for those files that do not say otherwise', () => {
    const text = `
outputs:
  /run/a: { contents: x, delimiters: ["[[", "]]"], error_on_missing_key: false, allow_world_access: true }
  /run/d/:
    delimiters: ["<%", "%>"]
    error_on_missing_key: false
    files:
      b: { contents: x }
      c: { contents: x, delimiters: ["{{", "}}"], error_on_missing_key: true }
      d: { value: "file:/d" }
`
    expect(readings(text)).toMatchObject([
      { name: '/run/a', left: '[[', right: ']]' },
      { name: '/run/d/b', left: '<%', right: '%>' },
      { name: '/run/d/c', left: '{{', right: '}}' },
    ])
    const sources = load(text).configuration?.outputs.flatMap(({ files }) => files.map(file => file.source))
    expect(sources).toMatchObject([
      { delimiters: ['[[', ']]'], missingKey: 'zero', allowWorldAccess: true },
      { delimiters: ['<%', '%>'], missingKey: 'zero', allowWorldAccess: false },
      { delimiters: ['{{', '}}'], missingKey: 'error' },
      { kind: 'value' },
    ])
  })

  it('is a mistake where there is no template, and where delimiters are no two texts', () => {
    const text = `outputs:
  /run/a: { value: "file:/a", delimiters: ["[[", "]]"], error_on_missing_key: false }
  /run/b: { contents: x, delimiters: ["[["] }
  /run/c: { contents: x, delimiters: ["[ [", "]]"] }
`
    expect(say(load(text).problems)).toEqual([
      '2:31 "delimiters" stands without a template (it is for "template" and "contents")',
      '2:57 "error_on_missing_key" stands without a template (it is for "template" and "contents")',
      '3:38 delimiters are two texts (write them like ["[[", "]]"])',
      '4:39 "[ [" is no delimiter (write it without white space, such as "[[")',
    ])
  })

  it('lets it call what the configuration allows', () => {
    const text = `templates: { allow: [env, writeToFile], write_below: [keys] }
outputs: { /run/a: { contents: x } }
`
    expect(readings(text)).toMatchObject([{ allow: ['env', 'writeToFile'] }])
    const { configuration } = load(text, { environment: { APP: 'shop' } })
    expect(configuration?.templates).toEqual({
      allow: ['env', 'writeToFile'],
      readBelow: [],
      writeBelow: ['/etc/keyturn/keys'],
      limits: { maxSteps: 1_000_000, maxOutputBytes: 4_194_304, maxDepth: 500, maxPattern: 100_000 },
      environment: { APP: 'shop' },
    })
  })

  it('has bounds, which are those of a template without a configuration', () => {
    const limitsOf = (section: string) =>
      load(`${section}outputs: { /run/a: { contents: x } }\n`).configuration?.templates.limits
    expect(limitsOf('')).toEqual(defaultLimits)
    expect(
      limitsOf('templates: { limits: { steps: 5000, output: 1MiB, depth: 20, pattern: 400 } }\n'),
    ).toEqual({
      maxSteps: 5000,
      maxOutputBytes: 1_048_576,
      maxDepth: 20,
      maxPattern: 400,
    })
    const text =
      'templates: { limits: { steps: 1, output: 4, depth: 5000 } }\noutputs: { /run/a: { contents: x } }\n'
    expect(say(load(text).problems)).toEqual([
      '1:31 1 is too small (write at least 1000)',
      '1:42 4 has no unit (write a number and a unit, such as 512KiB or 1MiB)',
      '1:52 5000 is too large (write at most 600)',
    ])
  })

  it('has a provider of its own for the files that it reads', () => {
    const text = `templates: { allow: [file], read_below: [/etc/app, texts] }
outputs: { /run/a: { contents: x } }
`
    expect(load(text).configuration?.providers).toEqual([
      { type: 'file', name: 'template file', refreshMs: 10_000, below: ['/etc/app', '/etc/keyturn/texts'] },
    ])
  })

  it('names directories for functions that are allowed, and no other functions than there are', () => {
    const text = (section: string) =>
      say(
        load(`templates: ${section}
outputs: { /run/a: { contents: x } }
`).problems,
      )
    expect(text('{ allow: [env, file] }')).toEqual([
      '1:27 "file" is allowed, but no directory to read in (name it beside: read_below: [/etc/app])',
    ])
    expect(text('{ allow: [env], read_below: [/etc/app], write_below: [/run/b] }')).toEqual([
      '1:28 "read_below" stands without "file" in "allow" (allow it: allow: [env, file])',
      '1:52 "write_below" stands without "writeToFile" in "allow" (allow it: allow: [env, writeToFile])',
    ])
    expect(text('{ allow: [plugin] }')).toEqual([
      '1:22 "plugin" is not one of env, mustEnv, envOrDefault, file, timestamp, writeToFile',
    ])
  })
})

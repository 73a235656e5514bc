import { describe, expect, it } from 'vitest'
import { readYaml } from '../../src/config/read-yaml.ts'
import { file } from './load.ts'
import { say } from './say.ts'

describe('readYaml', () => {
  it('keeps a mode as it is written, quoted or not', () => {
    const text = '{ mode: 0400, a: { mode: "0440" }, b: [{ mode: 640 }, { mode: 0o600 }], owner: 0400 }'
    expect(readYaml(text, file).data).toEqual({
      mode: '0400',
      a: { mode: '0440' },
      b: [{ mode: '640' }, { mode: '0o600' }],
      owner: 400,
    })
  })

  it('reads JSON', () => {
    const source = readYaml('{\n\t"outputs": {"/a": {"value": "file:/a", "mode": 400}}\n}', file)
    expect(source.problems).toEqual([])
    expect(source.data).toEqual({ outputs: { '/a': { value: 'file:/a', mode: '400' } } })
    expect(source.place(['outputs', '/a', 'mode'], 'value')).toMatchObject({ line: 2, column: 49 })
  })

  it('knows where keys and values stand, also behind an alias and in lists', () => {
    const source = readYaml('a: &x\n  - b: 1\n  - [c, d]\ne: *x\n', file)
    expect(source.place(['a', 0, 'b'], 'key')).toMatchObject({
      file,
      line: 2,
      column: 5,
      excerpt: '  - b: 1',
    })
    expect(source.place(['a', 0, 'b'], 'value')).toMatchObject({ line: 2, column: 8 })
    expect(source.place(['e', 1, 1], 'value')).toMatchObject({ line: 3, column: 9 })
  })

  it('gives the place of the nearest key for what is not there', () => {
    const source = readYaml('a:\n  b: { c: 1 }\n', file)
    expect(source.place(['a', 'b', 'x', 'y'], 'value')).toMatchObject({ line: 2, column: 3 })
    expect(source.place(['x'], 'key')).toMatchObject({ line: 1, column: 1 })
    expect(readYaml('', file).place(['x'], 'key')).toMatchObject({ file })
  })

  it('finds a place inside a block of text', () => {
    const source = readYaml('a:\n  # why\n  b: |\n\n      x{{ y\n      z\n  c: "x{{ y"\n', file)
    expect(source.place(['a', 'b'], 'value', { line: 2, column: 2 })).toMatchObject({
      line: 5,
      column: 8,
      excerpt: '      x{{ y',
    })
    expect(source.place(['a', 'c'], 'value', { line: 1, column: 2 })).toMatchObject({ line: 7, column: 6 })
  })

  it('says what is not YAML, with its place and without quoting it', () => {
    const texts = [
      'a: [canary',
      'a:\n\tb: 1',
      'a: 1\n---\nb: 2',
      'a: 1\na: 2',
      'a: *canary',
      'a: "\\q"',
      '{a: 1}}',
    ]
    expect(texts.map(text => say(readYaml(text, file).problems))).toEqual([
      [
        '1:11 this is not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
      ['2:1 a tab is used to indent (YAML is indented with spaces)'],
      ['2:1 a second document begins here (keep one document, without a line of "---")'],
      ['2:1 this key is there twice (each key may stand once in its mapping)'],
      ['1:4 this alias refers to nothing'],
      ['1:5 this is not valid YAML: invalid escape sequence \\q'],
      ['1:7 this is not valid YAML: unexpected flow-map-end token in YAML stream'],
    ])
  })

  it('refuses a key that objects would hide', () => {
    expect(say(readYaml('secrets:\n  __proto__: { a: b }\n', file).problems)).toEqual([
      '2:3 "__proto__" cannot be a key',
    ])
  })

  it('is not made to fill the memory by aliases of aliases', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(20).fill(`*${of}`).join(', ')}]\n`
    const text = `a: &a [1, 1]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}`
    expect(say(readYaml(text, file).problems)).toEqual(['1:1 the aliases in this file refer to too much'])
  })

  it('masks credentials in the lines that it shows', () => {
    const text =
      'a: { token: canary, b: "https://canary@host" }\nc: { webhook: x, secret: canary, d: 1 }\nsecret: db\n'
    const source = readYaml(text, file)
    expect(source.place(['a', 'b'], 'value').excerpt).toBe('a: { token: ******, b: "https://******@host" }')
    expect(source.place(['c', 'd'], 'value').excerpt).toBe('c: { webhook: x, secret: ******, d: 1 }')
    expect(source.place(['secret'], 'value').excerpt).toBe('secret: db')
  })

  it.each([
    ['secret_id_fil', '******'],
    ['tokn', '******'],
    ['Pasword', '******'],
    ['token-files', '******'],
    ['secret_id_file', 'canary'],
    ['role_id', 'canary'],
    ['mode', 'canary'],
  ])('takes a mistyped key for what it was meant to be: %s', (key, shown) => {
    const source = readYaml(`${key}: canary\n`, file)
    expect(source.place([key], 'value').excerpt).toBe(`${key}: ${shown}`)
  })
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse as parseDotenv } from 'dotenv'
import { parse as parseToml } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { RenderError } from '../../src/core/errors.ts'
import { isJsonObject, parseJson } from '../../src/core/json.ts'
import { type Field, fieldsOf, type Secret } from '../../src/core/secret.ts'
import { compileFormat, type Format, renderValue } from '../../src/template/compile-format.ts'

const reference = { provider: 'vault', path: 'secret/my-api/db' }

describe('renderValue', () => {
  const secret = secretOf('{"password":"p w\\n","port":5432,"ratio":1.0,"tags":["a", 1]}')

  it('gives a string as it is and anything else as its JSON text', () => {
    const contents = ['password', 'port', 'ratio', 'tags'].map(field =>
      contentOf(renderValue(reference, field), secret),
    )
    expect(contents).toEqual(['p w\n', '5432', '1.0', '["a", 1]'])
  })

  it('gives bytes as bytes', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe])
    expect(contentOf(renderValue(reference, 'value'), secretWith('value', bytes))).toBe(bytes)
  })

  it('names the fields that exist where the one it wants does not', () => {
    const rendering = () => renderValue(reference, 'pasword').render(() => secret)
    expect(rendering).toThrow(
      expect.objectContaining({
        message: 'the secret has no field "pasword"',
        hint: 'its fields are password, port, ratio, tags',
      }),
    )
  })

  it('waits for its secret, and tells what it used', () => {
    const renderer = renderValue(reference, 'password')
    expect(renderer.references).toEqual([reference])
    expect(renderer.render(() => undefined)).toEqual({ missing: [reference] })
    expect(renderer.render(() => secret)).toEqual({ content: 'p w\n', used: [reference] })
  })

  it('has nothing to write where an optional secret does not exist', () => {
    expect(renderValue(reference, 'password').render(() => null)).toEqual({ missing: [reference] })
  })
})

describe('the format raw', () => {
  it('is the content of the only field', async () => {
    expect(await formatted('raw', secretWith('value', 'line\n'))).toBe('line\n')
  })

  it('refuses several fields unless the reference names one', async () => {
    const secret = secretOf('{"a":"1","b":"2"}')
    await expect(formatted('raw', secret)).rejects.toThrow(
      'the secret has more than one field, and none is named',
    )
    const renderer = await compileFormat({ ...reference, field: 'b' }, 'raw')
    expect(contentOf(renderer, secret)).toBe('2')
  })
})

const nested = `{"zeta":"z","alpha":{"list":[1,1.0,1e6,12345678901234567890,[],{}],"b":true,"a":false},"1":"one",
  "text":"q\\"\\\\ \\u2028 \\u0000 \\ud83d\\ude00\\n","yes":"no","empty":"","__proto__":"p"}`

describe('the format json', () => {
  it('sorts keys by bytes and keeps the text of numbers', async () => {
    const json = await formatted(
      'json',
      secretOf('{"b":{"y":1.0,"x":12345678901234567890},"a":null,"é":[],"B":[1e6]}'),
    )
    expect(json).toBe(`{
  "B": [
    1e6
  ],
  "a": null,
  "b": {
    "x": 12345678901234567890,
    "y": 1.0
  },
  "é": []
}
`)
  })

  it('reads back equal', async () => {
    expect(JSON.parse(await formatted('json', secretOf(nested)))).toEqual(JSON.parse(nested))
  })
})

describe('the format yaml', () => {
  it.each(['1.1', '1.2'] as const)('reads back equal as version %s', async version => {
    const yaml = await formatted('yaml', secretOf(nested))
    const json: unknown = JSON.parse(nested)
    expect(Object.entries(parseYaml(yaml, { version })).sort()).toEqual(Object.entries(json as object).sort())
  })

  it('quotes strings, keeps the text of numbers and escapes what some readers take for a line break', async () => {
    const yaml = await formatted(
      'yaml',
      secretOf('{"b":"on","a":1.0,"on":"\\u2028\\u0085","pem":"-\\n-\\n","<<":{"k":null}}'),
    )
    expect(yaml).toBe(String.raw`"<<":
  k: null
a: 1.0
b: "on"
"on": "\u2028\u0085"
pem: "-\n-\n"
`)
  })
})

describe('the format toml', () => {
  it('reads back equal, integers as integers', async () => {
    const toml = await formatted(
      'toml',
      secretOf('{"b":{"y":1.0,"x":9007199254740993},"a":"q\\"\\n","l":[1,2],"f":1e21}'),
    )
    expect(toml).toBe('a = "q\\"\\n"\nf = 1e+21\nl = [ 1, 2 ]\n\n[b]\nx = 9007199254740993\ny = 1.0\n')
    expect(parseToml(toml, { integersAsBigInt: true })).toEqual({
      a: 'q"\n',
      b: { x: 9007199254740993n, y: 1 },
      f: 1e21,
      l: [1n, 2n],
    })
  })

  it.each(['null', '9223372036854775808', '1e400'])('refuses %s, naming the field', async value => {
    await expect(formatted('toml', secretOf(`{"ok":"x","bad":[{"deep":${value}}]}`))).rejects.toThrow(
      'field "bad" holds',
    )
  })
})

describe('the format properties', () => {
  it('escapes for java.util.Properties, whatever the encoding that reads it', async () => {
    const secret = secretOf('{"url":"jdbc:x=#!","a key:=":"  two\\\\","pass":"pä\\t\\n\\r\\f\\u0001😀"}')
    expect(await formatted('properties', secret)).toBe(String.raw`a\ key\:\==\  two\\
pass=p\u00e4\t\n\r\f\u0001\ud83d\ude00
url=jdbc:x=#!
`)
  })
})

describe('the format dotenv', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyturn-dotenv-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const texts = [
    ...[
      '',
      ' ',
      '  both  ',
      'plain',
      'p@ss w0rd',
      '#hash',
      'a#b # c',
      '$HOME $' + '{X} $(id) `id`',
      "it's",
      "'",
      "''",
      '"',
    ],
    ...[
      '"quoted"',
      '`tick`',
      'back\\slash',
      '\\n',
      'a\\nb',
      '\\',
      'tail\\',
      '!bang',
      'a=b',
      'a: b',
      'line\nline\n',
      '\n',
    ],
    ...[
      '-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n',
      '\t',
      'ünï 密码 😀',
      '~',
      '*',
      "a'b\nc",
      'x\n"y"\nz',
      "K='v'",
    ],
    ...[
      '\nOTHER=x',
      "'#x",
      '\u2028',
      '\u00a0',
      '\ufeff',
      '\x01\x7f',
      '{"a":"b"}',
      '%s %d',
      '--',
      'export A=1',
      '\r',
      '\0',
    ],
    ...["it's $1", `'"`, "\\'", '\\"', "a\\'b", '\u0081\u0088', '&', ';', '|', '<>', '(', '[]', '?', '^'],
  ]

  it('is read back equal by sh and dotenv, or refused', async () => {
    const written: Record<string, string> = {}
    const refused: string[] = []
    for (const [index, text] of texts.entries()) {
      try {
        await formatted('dotenv', secretWith('X', text))
        written[`V${index}`] = text
      } catch (error) {
        expect(error).toBeInstanceOf(RenderError)
        refused.push(text)
      }
    }
    expect(refused).toEqual(['\\', 'tail\\', '\r', '\0', "it's $1", `'"`, "\\'", "a\\'b"])
    // All in one file, so that none is taken for a part of another.
    const file = await formatted('dotenv', secretFrom(written))
    expect({ ...parseDotenv(file) }).toEqual(written)
    expect({ ...parseDotenv(file, { fast: true }) }).toEqual(written)
    expect(readBySh(file, Object.keys(written))).toEqual(written)
  })

  it.each(['api-key', 'a.b', '1st', 'a b', '', 'é', 'UID', 'PPID', '_', '__proto__'])(
    'refuses the name "%s"',
    async name => {
      await expect(formatted('dotenv', secretWith(name, 'x'))).rejects.toThrow(
        `field "${name}" cannot be the name of a variable`,
      )
    },
  )

  it('says which field cannot be written, and nothing of its text', async () => {
    await expect(formatted('dotenv', secretFrom({ OK: 'fine', TOKEN: `can'"ary` }))).rejects.toThrow(
      /^field "TOKEN" cannot be written so that sh and dotenv read it alike$/,
    )
  })

  /** What a shell has in its variables after reading the file. */
  function readBySh(file: string, names: readonly string[]): Record<string, string> {
    const path = join(directory, 'app.env')
    writeFileSync(path, file)
    const script = `. "$1"; shift; for name do eval "printf '%s\\0' \\"\\$$name\\""; done`
    const output = execFileSync('sh', ['-uc', script, 'sh', path, ...names], { encoding: 'utf8' })
    return Object.fromEntries(names.map((name, index) => [name, output.split('\0')[index] ?? '']))
  }
})

describe('the format pgpass', () => {
  it('escapes colons and backslashes, and matches all where a field is absent', async () => {
    expect(await formatted('pgpass', secretFrom({ password: 'p:w\\', host: '::1', username: 'u' }))).toBe(
      '\\:\\:1:*:*:u:p\\:w\\\\\n',
    )
    expect(
      await formatted(
        'pgpass',
        secretOf('{"host":"db","port":5432,"database":"app","username":"u","password":"p","x":"y"}'),
      ),
    ).toBe('db:5432:app:u:p\n')
  })

  it('needs a password', async () => {
    await expect(formatted('pgpass', secretFrom({ host: 'db' }))).rejects.toThrow(
      'a pgpass line needs the field "password"',
    )
  })

  it('refuses a text of more than one line', async () => {
    await expect(formatted('pgpass', secretFrom({ password: 'a\nb' }))).rejects.toThrow(
      'field "password" has more than one',
    )
  })
})

describe('every format', () => {
  const textFormats = ['json', 'yaml', 'toml', 'properties', 'dotenv', 'pgpass'] as const

  it.each(textFormats)('%s refuses bytes that are not text, naming the field', async format => {
    await expect(formatted(format, secretWith('password', Buffer.from([0xff])))).rejects.toThrow(
      'field "password" holds bytes that are not text',
    )
  })

  it.each(textFormats)(
    '%s waits for its secret, and has nothing to write without an optional one',
    async format => {
      const renderer = await compileFormat(reference, format)
      expect(renderer.render(() => undefined)).toEqual({ missing: [reference] })
      expect(renderer.render(() => null)).toEqual({ missing: [reference] })
    },
  )
})

async function formatted(format: Format, secret: Secret): Promise<string> {
  return String(contentOf(await compileFormat(reference, format), secret))
}

function contentOf(renderer: ReturnType<typeof renderValue>, secret: Secret): string | Uint8Array {
  const rendered = renderer.render(() => secret)
  if ('missing' in rendered) throw new Error('something is missing')
  return rendered.content
}

function secretOf(json: string): Secret {
  const document = parseJson(json)
  if (!isJsonObject(document.root)) throw new Error('not an object')
  return { version: '1', fields: fieldsOf(document, document.root) }
}

function secretFrom(texts: Readonly<Record<string, string>>): Secret {
  const fields = Object.entries(texts).map(([name, text]): [string, Field] => [
    name,
    { content: text, value: text },
  ])
  return { version: '1', fields: new Map(fields) }
}

function secretWith(name: string, content: string | Uint8Array): Secret {
  return { version: '1', fields: new Map([[name, { content, value: content }]]) }
}

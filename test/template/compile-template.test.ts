import { describe, expect, it } from 'vitest'
import { isJsonObject, type Json, parseJson } from '../../src/core/json.ts'
import type { Rendered } from '../../src/core/output.ts'
import { type Reference, secretKey } from '../../src/core/reference.ts'
import { fieldsOf, type Secret } from '../../src/core/secret.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { TemplateSyntaxError } from '../../src/template/template-error.ts'

const db: Reference = { provider: 'vault', path: 'secret/my-api/db' }
const tls: Reference = { provider: 'vault', path: 'secret/my-api/tls' }
const stripe: Reference = { provider: 'aws', path: 'prod/stripe', field: 'api_key' }
const dot = new Map([
  ['db', db],
  ['tls', tls],
  ['stripe', stripe],
  ['my-api', { provider: 'file', path: '/run/x' }],
])

const secrets: Readonly<Record<string, Secret>> = {
  'vault:secret/my-api/db': secretOf('{"username":"app","password":"s3cr3t","port":5432.0}'),
  'vault:secret/my-api/tls': secretOf('{"certificate":"CERT","private_key":"KEY"}'),
  'aws:prod/stripe': secretOf('{"api_key":"sk_live","other":"x"}'),
  'vault:secret/data/app': answered(
    '{"data":{"data":{"token":"t0k3n"},"metadata":{"version":3}},"lease_duration":60}',
  ),
  'vault:secret/data/app?version=2': answered('{"data":{"data":{"token":"old"}}}'),
  'vault:secret/metadata/app?list': secretOf('{"b":"b","a/":"a/","B":"B"}'),
}

describe('the dot', () => {
  it('holds the fields of the configured secrets', async () => {
    expect(await rendered('{{ .db.username }}:{{ .db.password }}@{{ .db.port }}')).toEqual({
      content: 'app:s3cr3t@5432.0',
      used: [db],
    })
  })

  it('holds the field itself where the reference names one', async () => {
    expect(await rendered('{{ .stripe }}')).toEqual({ content: 'sk_live', used: [stripe] })
  })

  it('reaches a secret whose name is no identifier by index', async () => {
    const template = await compile('{{ index . "my-api" "value" }}')
    expect(template.references).toEqual([dot.get('my-api')])
  })

  it('reads only what is executed', async () => {
    expect(
      await rendered('{{ if false }}{{ .tls.certificate }}{{ end }}{{ len . }}{{ .db.username }}'),
    ).toEqual({
      content: '4app',
      used: [db],
    })
  })

  it('gives nil for an optional secret that does not exist', async () => {
    const renderer = await compile('{{ with .db }}{{ .password }}{{ else }}none{{ end }}')
    expect(renderer.render(() => null)).toEqual({ content: 'none', used: [db] })
    const without = await compile('{{ .db.password }}')
    expect(() => without.render(() => null)).toThrow('app.tmpl:1:7: nil has no field "password"')
  })

  it('gives bytes that are not text as they are', async () => {
    const bytes = Buffer.from([0x66, 0xff, 0x00])
    const secret: Secret = { version: '1', fields: new Map([['value', { content: bytes, value: bytes }]]) }
    const renderer = await compileTemplate('<{{ .key.value }}>', { name: 'x', dot: new Map([['key', db]]) })
    const result = renderer.render(() => secret)
    expect('content' in result && Buffer.from(result.content)).toEqual(
      Buffer.from([0x3c, 0x66, 0xff, 0x00, 0x3e]),
    )
  })
})

describe('a template that changes maps', () => {
  it('sees its change, and the next rendering does not', async () => {
    const secret = secretOf('{"limits":{"cpu":"1"}}')
    const renderer = await compile(
      '{{ $m := mergeMapWithOverride .db.limits (parseJSON `{"cpu":"2"}`) }}{{ .db.limits.cpu }}',
    )
    expect(renderer.render(() => secret)).toMatchObject({ content: '2' })
    expect(secret).toEqual(secretOf('{"limits":{"cpu":"1"}}'))
  })

  it('changes no answer of Vault', async () => {
    const secret = answered('{"data":{"limits":{"cpu":"1"}}}')
    const renderer = await compile(
      '{{ scratch.Set "m" (secret "p").Data }}{{ scratch.MapSet "m" "x" 1 }}{{ (secret "p").Data.x }}',
    )
    expect(renderer.render(() => secret)).toMatchObject({ content: '1' })
    expect(secret.response?.get('data')).toEqual(new Map([['limits', new Map([['cpu', '1']])]]))
  })
})

describe('the functions secret and secrets', () => {
  it('answer in the shape of Vault, without declaration', async () => {
    const text = '{{ with secret "/secret/data/app/" }}{{ .Data.data.token }} {{ .LeaseDuration }}{{ end }}'
    expect(await rendered(text)).toEqual({
      content: 't0k3n 60',
      used: [{ provider: 'vault', path: 'secret/data/app' }],
    })
  })

  it('read one version where the path says so', async () => {
    const text = '{{ with secret "secret/data/app?version=2" }}{{ .Data.data.token }}{{ end }}'
    expect(await rendered(text)).toEqual({
      content: 'old',
      used: [{ provider: 'vault', path: 'secret/data/app', version: '2' }],
    })
  })

  it('list names in the order of their bytes', async () => {
    expect(await rendered('{{ range secrets "secret/metadata/app/" }}{{ . }} {{ end }}')).toEqual({
      content: 'B a/ b ',
      used: [{ provider: 'vault', path: 'secret/metadata/app', list: true }],
    })
  })

  it('show the fields of a provider that does not answer as Vault does', async () => {
    const renderer = await compile('{{ (secret "p").Data.username }}')
    expect(renderer.render(() => secrets['vault:secret/my-api/db'])).toMatchObject({ content: 'app' })
  })

  it('say what to do where no provider could be asked', async () => {
    const renderer = await compileTemplate('{{ secret "p" }}', { name: 'x', dot })
    expect(renderer.references).toEqual([])
    expect(() => renderer.render(() => undefined)).toThrow(
      'x:1:4: secret: no provider is configured that could be asked',
    )
  })
})

describe('what is missing', () => {
  it('is found in one pass, from the dot and from functions', async () => {
    const text = `{{ .db.username }}{{ .tls.certificate }}{{ with secret "a" }}{{ .x }}{{ end }}{{ range secrets "b" }}x{{ end }}`
    expect((await compile(text)).render(() => undefined)).toEqual({
      missing: [db, tls, { provider: 'vault', path: 'a' }, { provider: 'vault', path: 'b', list: true }],
      used: [],
    })
  })

  it('comes before an error that may be due to it', async () => {
    expect((await compile('{{ (secret "a").Data.x }}')).render(() => undefined)).toEqual({
      missing: [{ provider: 'vault', path: 'a' }],
      used: [],
    })
  })

  it('may be asked for by what has arrived', async () => {
    const text =
      '{{ range secrets "secret/metadata/app" }}{{ with secret (print "kv/" .) }}{{ end }}{{ end }}'
    expect(await rendered(text)).toEqual({
      missing: ['B', 'a', 'b'].map(name => ({ provider: 'vault', path: `kv/${name}` })),
      used: [{ provider: 'vault', path: 'secret/metadata/app', list: true }],
    })
  })
})

describe('the references', () => {
  const literal: Reference = { provider: 'vault', path: 'x' }
  it.each<[text: string, references: readonly Reference[]]>([
    ['plain', []],
    ['{{ .db.a }}{{ .db.b }}', [db]],
    ['{{ if $.tls.x }}{{ .db.y }}{{ end }}', [db, tls]],
    ['{{ range $i, $x := .db }}{{ $.tls.a }}{{ .stripe }}{{ end }}', [db, tls]],
    ['{{ with .db }}{{ .tls }}{{ end }}', [db]],
    ['{{ with . }}{{ .tls.a }}{{ end }}', [tls]],
    ['{{ printf "%s" (.db.a) | print .stripe }}', [db, stripe]],
    ['{{ (.).db.a }}{{ ($).tls.b }}', [db, tls]],
    ['{{ range . }}{{ end }}', [...dot.values()]],
    ['{{ $x := . }}', [...dot.values()]],
    ['{{ print $ }}', [...dot.values()]],
    ['{{ index $ "db" "x" }}', [db]],
    ['{{ index . (print "db") }}', [...dot.values()]],
    ['{{ define "t" }}{{ .tls.a }}{{ end }}{{ template "t" . }}', [tls]],
    ['{{ define "t" }}{{ .tls.a }}{{ $.db.a }}{{ end }}{{ template "t" .stripe }}', [stripe]],
    ['{{ define "t" }}{{ .tls.a }}{{ template "t" . }}{{ end }}', []],
    ['{{ block "t" . }}{{ .tls.a }}{{ end }}', [tls]],
    ['{{ secret "x" }}{{ with secret "x" }}{{ .db }}{{ end }}{{ "x" | secret }}', [literal]],
    ['{{ secrets "/x/" }}', [{ ...literal, list: true }]],
    ['{{ secret (print "x") }}{{ secret "" }}{{ secret "%" }}', []],
  ])('of %s', async (text, references) => {
    expect((await compile(text)).references).toEqual(references)
  })

  it('must be configured', async () => {
    expect(await problemOf('ok\n{{ .dbb.password }}')).toEqual({
      message: 'app.tmpl:2:4: no secret "dbb" is configured',
      problem: 'no secret "dbb" is configured',
      line: 2,
      column: 4,
      hint: 'did you mean "db"?',
    })
  })
})

describe('a template that does not parse', () => {
  it('says where, what is wrong, and what may have been meant', async () => {
    expect(await problemOf('é\n  é {{ print\n    (ulrquery "x") }}')).toEqual({
      message: 'app.tmpl:3:6: function "ulrquery" is not defined',
      problem: 'function "ulrquery" is not defined',
      line: 3,
      column: 6,
      hint: 'did you mean "urlquery"?',
    })
  })

  it.each([
    [
      'a\n{{ if .db.user }}\n{{ with .db }}{{ end }}\n',
      'the {{ if }} in line 2 is not closed: write {{ end }} where it ends',
    ],
    [
      '{{ define "a" }}\n{{ block "b" . }}',
      'the {{ block }} in line 2 is not closed: write {{ end }} where it ends',
    ],
  ])('names what is not closed: %s', async (text, hint) => {
    expect(await problemOf(text)).toMatchObject({ problem: 'unexpected end of file', hint })
  })

  it.each([
    ['{{ if .db }}', 'app.tmpl:1:13: unexpected end of file'],
    ['{{ .db.x', 'app.tmpl:1:9: unclosed action'],
    ['{{\n.db.x', 'app.tmpl:2:6: unclosed action, in the action that begins in line 1'],
    ['{{ $x }}', 'app.tmpl:1:4: variable "$x" is not defined'],
    ['{{ end }}', 'app.tmpl:1:8: unexpected {{end}}'],
    ['{{ "a" "b }}', 'app.tmpl:1:8: unterminated quoted string'],
    ['{{ upper "x" }}', 'app.tmpl:1:4: function "upper" is not defined'],
    [`${'{{ if 1 }}'.repeat(501)}`, 'app.tmpl:1:5004: it is nested more than 500 deep'],
    [`{{ ${'('.repeat(501)} }}`, 'app.tmpl:1:504: it is nested more than 500 deep'],
  ])('%s', async (text, message) => {
    await expect(compile(text)).rejects.toThrow(message)
  })
})

function compile(text: string) {
  return compileTemplate(text, { name: 'app.tmpl', dot, secretProvider: 'vault' })
}

async function rendered(text: string): Promise<Rendered> {
  return (await compile(text)).render(reference => secrets[secretKey(reference)])
}

async function problemOf(text: string) {
  try {
    await compile(text)
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    const { message, problem, line, column, hint } = error
    return { message, problem, line, column, hint }
  }
  throw new Error('it compiles')
}

function secretOf(json: string): Secret {
  const document = parseJson(json)
  return { version: '1', fields: fieldsOf(document, objectOf(document.root)) }
}

function answered(json: string): Secret {
  return { version: '1', fields: new Map(), response: objectOf(parseJson(json).root) }
}

function objectOf(json: Json): ReadonlyMap<string, Json> {
  if (!isJsonObject(json)) throw new Error('not an object')
  return json
}

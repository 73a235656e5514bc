import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, RenderError } from '../../src/core/errors.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { TemplateRenderError } from '../../src/template/template-error.ts'

describe('renderOffline', () => {
  it('takes the dot and the answers of secret and secrets from JSON', async () => {
    const rendered = await renderOffline({
      text: '{{ .db.port }} {{ with secret "kv/app?version=2" }}{{ .Data.x }}{{ end }} {{ secrets "kv/list" }}',
      name: 'x',
      dataJson: '{"db":{"port":1.50}}',
      secretsJson: '{"/kv/app?version=2":{"data":{"x":"y"}},"kv/list":{"data":{"keys":["b","a"]}}}',
    })
    expect(rendered).toBe('1.50 y [a b]')
  })

  it('gives bytes where the output is not UTF-8', async () => {
    expect(await renderOffline({ text: String.raw`{{ "\xff" }}`, name: 'x' })).toEqual(Buffer.from([0xff]))
    expect(await renderOffline({ text: String.raw`{{ "\xc3" }}{{ "\xa9" }}`, name: 'x' })).toBe('é')
  })

  it('names every path that is not given', async () => {
    const text = '{{ with secret "b" }}{{ end }}{{ range secrets "a" }}{{ end }}'
    await expect(renderOffline({ text, name: 'x' })).rejects.toThrow(
      'the template asks for "a", "b", which the given secrets do not hold',
    )
  })

  it.each([{ dataJson: '{"a":canary}' }, { secretsJson: '{"a":canary}' }, { secretsJson: '{"a":"canary"}' }])(
    'refuses broken data without showing it: %o',
    async options => {
      const error = await errorOf({ text: '{{ . }}', name: 'x', ...options })
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(inspect(error, { depth: null })).not.toContain('canary')
    },
  )
})

describe('what a template asks for and is not given', () => {
  it('is named where the path stands in the template, and counted where it may be made of a secret', async () => {
    const text = '{{ secret "kv/a" }}{{ secret .db.password }}{{ range .list }}{{ secret . }}{{ end }}'
    const dataJson = '{"db": {"password": "hunter2"}, "list": ["kv/b", "kv/c"]}'
    const error = await errorOf({ text, name: 'x', dataJson })
    expect(error.message).toBe(
      'the template asks for "kv/a", 3 paths that it computes, which the given secrets do not hold',
    )
  })
})

describe('a template without end', () => {
  const recursion = '{{ define "r" }}{{ with 1 }}{{ template "r" . }}{{ end }}{{ end }}{{ template "r" }}'
  it.each([
    [recursion, 'it is nested more than 500 deep'],
    ['{{ range 9223372036854775807 }}{{ end }}', 'it takes more than 1000000 steps'],
    ['{{ range 99999999 }}0123456789{{ end }}', 'the text is larger than 4 MiB'],
    [
      '{{ $x := "01234567" }}{{ range 40 }}{{ $x = printf "%s%[1]s%[1]s%[1]s%[1]s%[1]s%[1]s%[1]s%[1]s" $x }}{{ end }}',
      'printf: the text is larger than 4 MiB',
    ],
  ])('is ended: %s', async (text, problem) => {
    const error = await errorOf({ text, name: 'x' })
    expect(error).toBeInstanceOf(TemplateRenderError)
    expect(error.message).toMatch(new RegExp(`^x:1:\\d+: ${problem}$`))
  })
})

describe('an error of execution', () => {
  it('says where, what is wrong, and what can be done', async () => {
    expect(
      await errorOf({ text: 'a\n{{ .db.nope }}', name: 'app.tmpl', dataJson: '{"db":{}}' }),
    ).toMatchObject({
      message: 'app.tmpl:2:7: there is no key "nope"',
      line: 2,
      column: 7,
      hint: 'there are none; where it may be absent, write: index (what holds it) "nope"',
    })
  })

  const data = '{"s":"canary","n":424242,"l":["canary",1],"m":{"k":"canary"},"nil":null}'
  it.each([
    ...['{{ .s.x }}', '{{ .n.x }}', '{{ .l.x }}', '{{ .m.x }}', '{{ .nil.x }}', '{{ .s 1 }}', '{{ .m.k 1 }}'],
    ...[
      '{{ index .l .n }}',
      '{{ index .l .s }}',
      '{{ index .s .s }}',
      '{{ index .l 9 }}',
      '{{ index .m .n }}',
    ],
    ...[
      '{{ index .nil .s }}',
      '{{ slice .s 9 }}',
      '{{ slice .m }}',
      '{{ slice .s 3 1 }}',
      '{{ slice .s 1 2 3 }}',
    ],
    ...[
      '{{ len 1 }}',
      '{{ len .nil }}',
      '{{ eq .s 1 }}',
      '{{ eq .l .l }}',
      '{{ eq .m .s }}',
      '{{ eq .s }}',
      '{{ lt .l .s }}',
    ],
    ...[
      '{{ lt .n 1 }}',
      '{{ lt true true }}',
      '{{ range .s }}{{ end }}',
      '{{ range .n }}{{ end }}',
      '{{ secret .n }}',
    ],
    ...[
      '{{ secrets .l }}',
      '{{ printf .n .s }}',
      '{{ printf 1 }}',
      '{{ call .s }}',
      '{{ call nil }}',
      '{{ not .s .s }}',
    ],
    ...[
      '{{ printf "%p" .l }}',
      '{{ $x := .s }}{{ $x.y }}',
      '{{ .s | .m }}',
      '{{ template "t" .s }}',
      '{{ secret "p" .s }}',
      '{{ pkiCert "p" "a=b" .s }}',
    ],
    ...['{{ define "t" }}{{ .x }}{{ end }}{{ template "t" .s }}', '{{ (print .s).x }}', '{{ secret "%zz" }}'],
  ])('shows no value: %s', async text => {
    const error = await errorOf({ text, name: 'x', dataJson: data })
    expect(error).toBeInstanceOf(TemplateRenderError)
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/canary|424242/)
  })
})

async function errorOf(options: Parameters<typeof renderOffline>[0]): Promise<Error> {
  try {
    await renderOffline(options)
  } catch (error) {
    if (error instanceof RenderError || error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('it renders')
}

import { describe, expect, it } from 'vitest'
import { functionGroups } from '../../src/template/functions.ts'
import { nothingOutside, outsideFunctions } from '../../src/template/outside.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { everythingIn } from '../support/everything-in.ts'
import { searchFor } from '../support/leak-search.ts'

// Go's functions quote in their errors what they could not use; ours are given secrets to choke on.

const secret = 'Zq7vK2mWx9Lp4TnB'
const search = searchFor({ secret })

/** Texts at which one or another parser stops before, in or behind the secret. */
const texts = [
  secret,
  `1${secret}`,
  `(${secret}`,
  `{{ ${secret}`,
  `{"key": ${secret}}`,
  `{"key": "${secret}`,
  `key: [${secret}\n\t- x`,
  `%${secret}`,
  `2026-01-02T${secret}`,
  `\\u${secret}`,
  `-----BEGIN CERTIFICATE-----\n${secret}\n-----END CERTIFICATE-----\n`,
  Buffer.from(`{"key": ${secret}}`).toString('base64'),
]

/** What stands at each place of a call, the secret first. */
const candidates = ['.s', '1', '.m', '.l']

/** So many arguments: with the secret at each place, and something else at all others or at one of them. */
function argumentsOf(count: number): string[] {
  if (count <= 2) return Array.from({ length: count }, () => candidates).reduce<string[]>(combined, [''])
  const places = Array.from({ length: count }, (_, place) => place)
  const secrets = places.map(() => '.s')
  return [
    secrets.join(' '),
    ...places.flatMap(place => candidates.slice(1).map(other => secrets.with(place, other).join(' '))),
    ...places.map(place =>
      places
        .map(() => '1')
        .with(place, '.s')
        .join(' '),
    ),
  ]
}

const combined = (begun: readonly string[], next: readonly string[]) =>
  begun.flatMap(begin => next.map(argument => `${begin} ${argument}`))

const other: readonly string[] = [
  ...['{{ .s.key }}', '{{ .l.key }}', '{{ .m.nothing }}', '{{ .m.key.more }}', '{{ (index .l 0).more }}'],
  ...[
    '{{ range .s }}{{ end }}',
    '{{ range $i, $x := .m.key }}{{ $x.y }}{{ end }}',
    '{{ call .s }}',
    '{{ .s 1 }}',
  ],
  ...['{{ template "t" .s }}{{ define "t" }}{{ .x }}{{ end }}', '{{ .s | .m }}'],
  ...[
    '{{ with .s }}{{ .nothing }}{{ end }}',
    '{{ $x := .s }}{{ $x.y }}',
    '{{ break }}{{ .s }}',
    '{{ with secret "path" .s }}{{ end }}',
  ],
]

const outside = { ...nothingOutside, allow: [...outsideFunctions.keys()] }

/** All that can be got out of the errors of a template, for each of the texts. */
async function errorsOf(template: string): Promise<string> {
  const seen: string[] = []
  for (const s of texts) {
    const dataJson = JSON.stringify({ s, m: { key: s }, l: [s, s] })
    await renderOffline({ text: template, name: 'x', dataJson, outside }).catch(error => {
      seen.push(everythingIn(error))
    })
  }
  return seen.join('\n')
}

describe('an error of a template shows nothing of a secret', () => {
  it.each(functionGroups.flatMap(({ names, load }) => names.map(name => ({ name, load }))))(
    'that $name cannot use',
    async ({ name, load }) => {
      const { parameters = [], variadic } = (await load())[name] ?? {}
      const counts = variadic === undefined ? [0] : [0, 1, 2]
      const calls = counts
        .flatMap(more => argumentsOf(parameters.length + more))
        .map(written => `{{ ${name} ${written} }}`)
      expect(calls.length).toBeGreaterThan(0)
      const leaking: string[] = []
      for (const call of calls) {
        if (search(await errorsOf(call)).length > 0) leaking.push(call)
      }
      expect(leaking).toEqual([])
    },
  )

  it('but would be found: what the template itself says is shown', async () => {
    expect(search(await errorsOf(`{{ secrets "${secret}" }}`))).toContain('secret (as it is)')
  })

  it.each(other)('in %s', async template => {
    expect(search(await errorsOf(template))).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { isJsonObject, parseJson } from '../../../src/core/json.ts'
import { lineBreaksIn, type Piece } from '../../../src/core/piece.ts'
import { parseReference } from '../../../src/core/reference.ts'
import { fieldsOf } from '../../../src/core/secret.ts'
import { compileTemplate } from '../../../src/template/compile-template.ts'

const json =
  '{"user":"canary","password":"canary","pem":"canary\\ncanary\\n","empty":"","list":["canary","canary"]}'

describe('what is shown of a template', () => {
  it.each([
    ['user={{ .db.user }}\npassword="{{ .db.password }}"\n', 'user=‹.db.user›\npassword="‹.db.password›"\n'],
    ['{{ with .db }}{{ .user }}{{ end }}', '‹.user›'],
    ['{{ range .db.list }}- {{ . }}\n{{ end }}', '- ‹.›\n- ‹.›\n'],
    ['{{ range $k, $v := .db }}{{ $k }}{{ end }}', '‹$k›‹$k›‹$k›‹$k›‹$k›'],
    [
      '{{ printf "%s:%s"\n   .db.user .db.password | urlquery }}',
      '‹printf "%s:%s" .db.user .db.password | urlquery›',
    ],
    ['a {{- .db.user -}} b', 'a‹.db.user›b'],
    ['{{- /* canary */ -}} {{ $x := .db.user }}{{ $x }}', '‹$x›'],
    ['{{ if eq .db.user "x" }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ define "t" }}[{{ . }}]{{ end }}{{ template "t" .db.user }}', '[‹.›]'],
    ['{{ "{{" }} {{ 1 }} {{ print "canary" }}', '{{ 1 ‹print "canary"›'],
    ['x={{ .db.empty }}', 'x='],
    [`{{ print ${'.db.user '.repeat(20)} }}`, `‹print ${'.db.user '.repeat(20)}`.slice(0, 61).concat('…›')],
  ])('%s', async (text, shown) => {
    const { pieces, content } = await render(text)
    expect(pieces.map(piece => piece.shown).join('')).toBe(shown)
    expect(content).toBeDefined()
  })

  it('knows how many line breaks each label hides', async () => {
    const { pieces, content } = await render('a\n{{ .db.pem }}\nb\n')
    expect(pieces).toContainEqual({ shown: '‹.db.pem›', hides: 2 })
    expect(pieces.reduce((sum, { shown, hides }) => sum + (hides ?? lineBreaksIn(shown)), 0)).toBe(
      lineBreaksIn(content ?? ''),
    )
  })
})

async function render(text: string) {
  const document = parseJson(json)
  if (!isJsonObject(document.root)) throw new Error('not an object')
  const secret = { version: '1', fields: fieldsOf(document, document.root) }
  const renderer = await compileTemplate(text, {
    name: 'x',
    dot: new Map([['db', parseReference('vault:db')]]),
  })
  const pieces: Piece[] = []
  const rendered = renderer.render(
    () => secret,
    piece => pieces.push(piece),
  )
  return { pieces, content: 'content' in rendered ? rendered.content : undefined }
}

import { describe, expect, it } from 'vitest'
import { openRenderWorkplace } from '../../support/render-workplace.ts'

describe('rendering a template with data from files', () => {
  it('prints it in clear', async () => {
    const { write, render } = openRenderWorkplace()
    write('a.tmpl', 'x={{ .db.x }} {{ with secret "kv/a" }}{{ .Data.y }}{{ end }}\n')
    write('data.json', { db: { x: 'X' } })
    write('secrets.json', { 'kv/a': { data: { y: 'Y' } } })
    const args = ['a.tmpl', '--data', 'data.json', '--secrets', 'secrets.json']
    expect(await render(args)).toEqual({ code: 0, out: 'x=X Y\n', error: '' })
  })

  it('shows where a template fails, with its line, and nothing of the data', async () => {
    const { write, render } = openRenderWorkplace()
    write('a.tmpl', 'one\n\tpassword = {{ .db.pasword }}\n')
    write('data.json', { db: { password: 'canary', host: 'canary' } })
    expect(await render(['a.tmpl', '--data', 'data.json'])).toEqual({
      code: 6,
      out: '',
      error: `keyturn: a.tmpl:2:19: there is no key "pasword"
    2 | \tpassword = {{ .db.pasword }}
      | \t                 ^
  hint: did you mean "password"? there are password, host
`,
    })
  })

  it('names the file that cannot be read', async () => {
    const { write, render } = openRenderWorkplace()
    write('a.tmpl', 'x')
    expect(await render(['a.tmpl', '--data', 'none.json'])).toMatchObject({
      code: 2,
      error: 'keyturn: "none.json" cannot be read: ENOENT\n',
    })
  })
})

describe('what to render', () => {
  it.each([
    [[], 'nothing says what to render'],
    [['--config', 'k.yaml'], 'nothing says what the secrets hold'],
    [['--diff'], 'nothing says what the secrets hold'],
    [['--live', '--data', 'd.json'], '--live stands beside data that is given'],
  ])('must be said: %j', async (args, message) => {
    const { render } = openRenderWorkplace()
    expect(await render(args)).toMatchObject({ code: 2, error: expect.stringContaining(message) })
  })
})

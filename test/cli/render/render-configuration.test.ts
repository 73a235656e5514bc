import { describe, expect, it } from 'vitest'
import { canary } from '../../support/canary.ts'
import { openRenderWorkplace } from '../../support/render-workplace.ts'

const [user, password, pem] = [canary('user'), canary('password'), `${canary('pem')}\n${canary('pem')}\n`]
const data = { db: { user, password, port: 5432 }, tls: { certificate: pem, private_key: pem } }
const answers = { 'secret/data/stripe': { data: { data: { key: canary('stripe') } } } }

const template = `[database]
url = postgres://{{ .db.user }}:{{ .db.password | urlquery }}@db/app
{{ with secret "secret/data/stripe" -}}
stripe = {{ .Data.data.key }}
{{ end }}`

function openConfigured() {
  const workplace = openRenderWorkplace()
  const { path, write } = workplace
  write('templates/app.tmpl', template)
  write('data.json', data)
  write('secrets.json', answers)
  write(
    'keyturn.yaml',
    `providers:
  vault: { address: "http://127.0.0.1:1", auth: { method: token_file, token_file: /nowhere } }
secrets:
  db: vault:secret/db
  tls: vault:secret/tls
  legacy: { from: "vault:secret/legacy", optional: true }
outputs:
  ${path}/out/app.env: { secret: db, format: dotenv }
  ${path}/out/app.conf: { template: templates/app.tmpl }
  ${path}/out/legacy: { value: legacy }
  ${path}/out/tls/:
    files:
      cert.pem: { value: tls.certificate }
      key.pem: { value: tls.private_key, mode: "0440" }
defaults: { owner: 10001 }
`,
  )
  const given = ['--config', 'keyturn.yaml', '--data', 'data.json', '--secrets', 'secrets.json']
  return { ...workplace, given }
}

describe('rendering the outputs of a configuration', () => {
  it('shows their shape and nothing that derives from a secret', async () => {
    const { path, render, given } = openConfigured()
    const { code, out, error } = await render(given)
    expect({ code, error }).toEqual({
      code: 0,
      error: 'not written: its optional secret does not exist\n\n4 files rendered\n',
    })
    expect(out).toBe(`── ${path}/out/app.env ── 0400 10001:10001
password=‹db.password›
port=‹db.port›
user=‹db.user›

── ${path}/out/app.conf ── 0400 10001:10001
[database]
url = postgres://‹.db.user›:‹.db.password | urlquery›@db/app
stripe = ‹.Data.data.key›

── ${path}/out/legacy ── 0400 10001:10001

── ${path}/out/tls/cert.pem ── 0400 10001:10001
‹tls.certificate›

── ${path}/out/tls/key.pem ── 0440 10001:10001
‹tls.private_key›
`)
  })

  it('prints one output alone, so that it can be piped, in clear only if asked', async () => {
    const { render, given } = openConfigured()
    expect(await render([...given, 'out/app.env'])).toEqual({
      code: 0,
      out: 'password=‹db.password›\nport=‹db.port›\nuser=‹db.user›\n',
      error: '',
    })
    const { out } = await render([...given, '--reveal', 'out/tls/cert.pem'])
    expect(out === pem).toBe(true)
  })

  it('suggests the output that was meant', async () => {
    const { path, render, given } = openConfigured()
    expect(await render([...given, 'out/app.evn'])).toMatchObject({
      code: 2,
      error: `keyturn: "out/app.evn" is no output of the configuration\n  hint: did you mean "${path}/out/app.env"?\n`,
    })
  })

  it('names what the given data lacks, and goes on with the others', async () => {
    const { write, render } = openConfigured()
    write('data.json', { dbb: data.db, tls: data.tls })
    const { code, out, error } = await render(['--config', 'keyturn.yaml', '--data', 'data.json'])
    expect(code).toBe(6)
    expect(out).toContain('‹tls.certificate›')
    expect(error).toContain(
      'error the given data does not hold "db"\n  hint: it holds what no secret of the configuration is called: dbb\n',
    )
    expect(error).toContain(
      'error the given secrets do not hold "secret/data/stripe"\n  hint: add Vault\'s answer to the file of --secrets: {"secret/data/stripe": {"data": {...}}}\n',
    )
    expect(error).toContain('\n2 files rendered, 2 failed\n')
  })

  it('shows where a template fails, and every mistake of the configuration', async () => {
    const { path, write, render, given } = openConfigured()
    write('templates/app.tmpl', '{{ with .db }}\n  {{ .pasword }}\n{{ end }}')
    expect(await render([...given, 'out/app.conf'])).toMatchObject({
      code: 6,
      error: `error ${path}/templates/app.tmpl:2:6: there is no key "pasword"
    2 |   {{ .pasword }}
      |      ^
  hint: did you mean "password"? there are user, password, port
`,
    })
    write('templates/app.tmpl', '{{ .bd.password }}{{ if .tls.x }}')
    expect(await render([...given, 'out/app.conf'])).toMatchObject({
      code: 2,
      error: expect.stringContaining(
        `keyturn: the configuration cannot be used\n\n${path}/templates/app.tmpl:1:`,
      ),
    })
  })

  it('passes nothing on to a terminal that it would obey', async () => {
    const { write, render, given } = openConfigured()
    write('templates/app.tmpl', 'a\u001b[2Jb {{ .db.user }}\n')
    const { out } = await render([...given, 'out/app.conf'], { isTerminal: true })
    expect(out).toBe('a�[2Jb ‹.db.user›\n')
  })
})

describe('what differs from the published files', () => {
  it('is shown by the lines of the template, and in clear only if asked', async () => {
    const { path, write, render, given } = openConfigured()
    const published = `[database]\nurl = postgres://${canary('old')}@db/app\nstripe = ${canary('stripe')}\n${canary('gone')}\n`
    write('out/app.conf', published)
    write('out/tls/cert.pem', pem)
    const masked = await render([...given, '--diff'])
    expect(masked).toMatchObject({ code: 0 })
    expect(masked.out).toContain(`── ${path}/out/app.env ── 0400 10001:10001
not published yet
+ password=‹db.password›
+ port=‹db.port›
+ user=‹db.user›
`)
    expect(masked.out).toContain(`── ${path}/out/app.conf ── 0400 10001:10001
  [database]
~ url = postgres://‹.db.user›:‹.db.password | urlquery›@db/app
  stripe = ‹.Data.data.key›
- ‹1 line›
`)
    expect(masked.out).toContain(`── ${path}/out/tls/cert.pem ── 0400 10001:10001\nunchanged\n`)
    expect(masked.out.includes(canary(''))).toBe(false)

    const { out } = await render([...given, '--diff', '--reveal', 'out/app.conf'])
    const clear = [
      '  [database]',
      `- url = postgres://${canary('old')}@db/app`,
      `+ url = postgres://${user}:${password}@db/app`,
      `  stripe = ${canary('stripe')}`,
      `- ${canary('gone')}`,
    ]
    expect(out.split('\n').slice(1, -1).join('\n') === clear.join('\n')).toBe(true)
  })
})

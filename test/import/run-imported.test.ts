import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openImportWorkplace } from './import-workplace.ts'

// The bytes are those that consul-template writes for the same templates and secrets.

const dbEnv = `export DB_USER="app"
export DB_PASSWORD="p"w & <$x>"
password=p"w & <$x>
port=5432
username=app
`

describe('what was imported publishes the same files', { timeout: 30_000 }, () => {
  it('from Vault Agent with AppRole, three templates and a cache', async () => {
    const place = await openImportWorkplace()
    const { imported, once } = await place.publish('approle.hcl')
    expect(imported).toMatchObject({ code: 0, error: '' })
    expect(once.code).toBe(0)
    expect(place.file('db.env')).toBe(dbEnv)
    expect(place.file('mail')).toBe('mäil:m@il\nnext')
    expect(place.file('nginx.conf')).toBe('\nupstream api { server 10.0.0.1:8080; }\nnote <no value>\n')
    expect([place.mode('db.env'), place.mode('mail'), place.mode('nginx.conf')]).toEqual([
      '640',
      '400',
      '644',
    ])
  })

  it('from Vault Agent on Kubernetes, configured in JSON', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('kubernetes.json')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('db.json')).toBe(
      '{"password":"p\\"w \\u0026 \\u003c$x\\u003e","port":5432,"username":"app"}',
    )
    expect(place.file('mail.properties')).toBe('user=mäil\n')
    expect(place.mode('db.json')).toBe('440')
  })

  it('from OpenBao agent with a JWT', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('openbao.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('db.env')).toBe(dbEnv)
    expect(place.file('names')).toBe('db\nmail\nproxy\n')
  })

  it('from consul-template with an application that it started', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('consul-template.hcl')).toMatchObject({
      imported: { code: 0 },
      once: { code: 0 },
    })
    expect(place.file('db.env')).toBe(dbEnv)
    expect(place.file('mail.toml')).toBe('[mail]\nuser = "mäil"\n\n')
    expect(place.mode('db.env')).toBe('600')
  })

  it('from templates that consul-template took on its command line', async () => {
    const place = await openImportWorkplace()
    const { imported } = await place.publish(
      'heredocs.hcl',
      '--template',
      '/etc/vault/db.env.ctmpl:/run/secrets/one.env',
      '--template',
      '/etc/vault/db.env.ctmpl:/run/secrets/two.env:pkill -HUP my-api',
    )
    expect(imported.code).toBe(0)
    expect(place.file('one.env')).toBe(dbEnv)
    expect(place.file('two.env')).toBe(dbEnv)
    expect(place.mode('one.env')).toBe('644')
  })

  it('from heredocs and escapes', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('heredocs.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('indented')).toBe(
      `# kept: the smallest indentation is taken off\n  template {\n\${NOT_A_VARIABLE:-default} "quotes" \\n END is not the end\np"w & <$x>\n`,
    )
    expect(place.file('plain')).toBe('  kept as it is\napp')
    expect(place.file('quoted')).toBe('tab\tp"w & <$x>\n')
  })

  it('from templates with delimiters of their own', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('delimiters.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('a')).toBe('{{ helm }} p"w & <$x> <<x>>\n')
    expect(place.file('b')).toBe('{{ helm }} p"w & <$x><no value>\n')
  })

  it('from a process supervisor, whose variables are files then', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('supervisor.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('DB_PASSWORD')).toBe('p"w & <$x>')
    expect(place.file('DB_USER')).toBe('app')
    expect(place.mode('DB_PASSWORD')).toBe('400')
  })

  it('from templates that reach outside, each allowed what it calls', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('outside.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('app.conf')).toBe('eu 212 app\n')
    expect(place.file('here/note')).toBe('here')
    expect(place.file('other/note')).toBe('written elsewhere')
  })

  it('from pkiCert with writeToFile: a certificate, and the key that fits it', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('pki.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    const [leaf = '', authority = ''] = place.file('tls/cert.pem').split(/(?<=-----END CERTIFICATE-----\n)/)
    const certificate = new X509Certificate(leaf)
    expect(certificate.subject).toBe('CN=app.example.com')
    expect(certificate.checkIssued(new X509Certificate(authority))).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(place.file('tls/key.pem')))).toBe(true)
    expect([place.mode('tls/cert.pem'), place.mode('tls/key.pem')]).toEqual(['644', '400'])
  })
})

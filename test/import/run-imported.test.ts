import { describe, expect, it } from 'vitest'
import { openImportWorkplace } from './import-workplace.ts'

// The bytes are those that consul-template writes for the same templates and secrets.

const dbEnv = `export DB_USER="app"
export DB_PASSWORD="p"w & <$x>"
password=p"w & <$x>
port=5432
username=app
`

describe('what was imported publishes the same files', () => {
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

  it('from a process supervisor, whose variables are files then', async () => {
    const place = await openImportWorkplace()
    expect(await place.publish('supervisor.hcl')).toMatchObject({ imported: { code: 0 }, once: { code: 0 } })
    expect(place.file('DB_PASSWORD')).toBe('p"w & <$x>')
    expect(place.file('DB_USER')).toBe('app')
    expect(place.mode('DB_PASSWORD')).toBe('400')
  })
})

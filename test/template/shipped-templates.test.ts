import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderOffline } from '../../src/template/render-offline.ts'

const directory = new URL('../../templates/', import.meta.url)

const dataJson = JSON.stringify({
  db: { host: 'db', port: 5432, database: 'app', username: 'my api', password: 'p@"ss' },
  mail: { username: 'app', password: 'm@il', from: 'app@example.com' },
  stripe: { api_key: 'sk_live_1' },
  tls: {},
  upstream: { token: 't0k3n', headers: { 'X-Tenant': 'blue', 'X-App': 'my-api' } },
})
const secretsJson = JSON.stringify({
  'database/static-roles': { data: { keys: ['report', 'app'] } },
  'database/static-creds/app': { data: { username: 'app', password: 'one' } },
  'database/static-creds/report': { data: { username: 'report', password: 'two' } },
})

const outputs = {
  'app.env.tmpl': `DATABASE_URL='postgres://db:5432/app'
DATABASE_USER='my api'
DATABASE_PASSWORD='p@"ss'
SMTP_USER='app'
SMTP_PASSWORD='m@il'
SMTP_FROM='app@example.com'
`,
  'nginx.conf.tmpl': `ssl_certificate     /run/secrets/tls/cert.pem;
ssl_certificate_key /run/secrets/tls/key.pem;

proxy_set_header Authorization "Bearer t0k3n";
proxy_set_header X-App "my-api";
proxy_set_header X-Tenant "blue";
`,
  'pgpass.tmpl': `db:5432:app:app:one
db:5432:app:report:two
`,
  'application.properties.tmpl': `spring.datasource.url=jdbc:postgresql://db:5432/app
spring.datasource.username=my api
spring.datasource.password=p@"ss
`,
  'app.json.tmpl': `{
  "database": {
    "host": "db",
    "port": 5432,
    "user": "my api",
    "password": "p@\\"ss"
  },
  "stripe": { "key": "sk_live_1" }
}
`,
}

describe('the templates that ship', () => {
  it('are all rendered here', () => {
    expect(readdirSync(directory).sort()).toEqual(Object.keys(outputs).sort())
  })

  it.each(Object.entries(outputs))('%s', async (name, output) => {
    const text = readFileSync(new URL(name, directory), 'utf8')
    expect(await renderOffline({ text, name, dataJson, secretsJson })).toBe(output)
  })
})

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canary } from '../../support/canary.ts'
import { openStore } from '../../support/open-store.ts'
import { openRenderWorkplace } from '../../support/render-workplace.ts'

const template = `user={{ .dbuser.username }}
{{ with secret "secret/data/app/stripe" }}stripe={{ .Data.data.key }}{{ end }}
`

async function openLive(providers: string) {
  const workplace = openRenderWorkplace()
  const { path, write } = workplace
  const { store, ask } = await openStore({
    seed: {
      mounts: { database: { type: 'database' }, pki: { type: 'pki' } },
      auth: { approle: { type: 'approle' } },
      policies: {
        app: ['secret/data/app/*', 'secret/metadata/app/*', 'database/creds/app']
          .map(allowed => `path "${allowed}" { capabilities = ["read"] }`)
          .join('\n'),
      },
      kv: {
        'secret/app/db': { password: canary('password') },
        'secret/app/stripe': { key: canary('stripe') },
      },
      writes: {
        'database/roles/app': { db_name: 'pg', default_ttl: '1h', max_ttl: '3h' },
        'auth/approle/role/app': { token_policies: 'app' },
        'auth/approle/role/app/role-id': { role_id: 'app' },
      },
    },
  })
  const secretId = await ask('POST auth/approle/role/app/secret-id', { body: {} })
  write('secret_id', secretId.body.data.secret_id)
  write('role_id', 'app')
  write('token', store.rootToken)
  write('app.tmpl', template)
  write(
    'keyturn.yaml',
    `providers: { vault: { address: "${store.address}", ${providers} } }
secrets:
  db: vault:secret/app/db
  dbuser: vault:database/creds/app
  none: { from: "vault:secret/app/none", optional: true }
outputs:
  ${path}/out/password: { value: db.password }
  ${path}/out/app.conf: { template: app.tmpl }
  ${path}/out/none: { value: none }
defaults: { owner: 10001 }
`,
  )
  return { ...workplace, store, ask }
}

const appRole = 'auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id }'
const tokenFile = 'auth: { method: token_file, token_file: token }'

describe('rendering against the providers', () => {
  it('shows the outputs, publishes nothing, and ends the session with its leases', async () => {
    const { path, render, store, ask } = await openLive(appRole)
    expect(await render(['--config', 'keyturn.yaml', '--live'])).toEqual({
      code: 0,
      out: `── ${path}/out/password ── 0400 10001:10001
‹db.password›

── ${path}/out/app.conf ── 0400 10001:10001
user=‹.dbuser.username›
stripe=‹.Data.data.key›

── ${path}/out/none ── 0400 10001:10001
`,
      error: `not written: its optional secret does not exist

2 files rendered
the lease of vault:database/creds/app is revoked
`,
    })
    expect(store.leases()).toHaveLength(1)
    expect(store.leases()[0]?.endedAt).not.toBeNull()
    const accessors = await ask('LIST auth/token/accessors')
    expect(accessors.body.data.keys).toHaveLength(1)
  })

  it('reads only what the chosen output needs', async () => {
    const { render, store } = await openLive(appRole)
    const { out, error } = await render(['--config', 'keyturn.yaml', '--live', '--reveal', 'out/password'])
    expect({ same: out === canary('password'), error }).toEqual({ same: true, error: '' })
    expect(store.leases()).toEqual([])
  })

  it('revokes leases one by one where the token is not its own', async () => {
    const { render, store, ask } = await openLive(tokenFile)
    const { error } = await render(['--config', 'keyturn.yaml', '--live'])
    expect(error).toContain('the lease of vault:database/creds/app is revoked\n')
    expect(store.leases()[0]?.endedAt).not.toBeNull()
    expect((await ask('GET auth/token/lookup-self')).status).toBe(200)
  })

  it('names the leases that it could not revoke', async () => {
    const { render, write, ask } = await openLive(tokenFile)
    const body = { policies: ['app'] }
    write('token', (await ask('POST auth/token/create', { body })).body.auth.client_token)
    const { error } = await render(['--config', 'keyturn.yaml', '--live'])
    expect(error).toContain(
      'vault:database/creds/app was made for this and goes on living; it ends by itself in 1h\n',
    )
  })

  it('says of each output what kept it from being rendered', async () => {
    const { render, ask, path } = await openLive(appRole)
    await ask('DELETE secret/metadata/app/stripe')
    const { code, out, error } = await render(['--config', 'keyturn.yaml', '--live'])
    expect(code).toBe(4)
    expect(out).toContain(`── ${path}/out/password ── 0400 10001:10001\n‹db.password›\n`)
    expect(error).toMatch(/^error vault:secret\/data\/app\/stripe does not exist$/m)
    expect(error).toContain('\n1 file rendered, 1 failed\n')
  })

  it('does not use up a wrapped secret id', async () => {
    const wrapped = 'auth: { method: approle, role_id_file: role_id, wrapped_secret_id_file: secret_id }'
    const { render } = await openLive(wrapped)
    expect(await render(['--config', 'keyturn.yaml', '--live'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('a login to "vault" would use up the wrapped secret id'),
    })
  })

  it('compares with what is published', async () => {
    const { render, write, path } = await openLive(appRole)
    write('out/password', canary('old'))
    const { out } = await render(['--config', 'keyturn.yaml', '--live', '--diff', join(path, 'out/password')])
    expect(out).toBe(`── ${path}/out/password ── 0400 10001:10001\n~ ‹db.password›\n`)
  })
})

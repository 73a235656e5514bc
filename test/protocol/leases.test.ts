import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFailed,
  onTestFinished,
} from 'vitest'
import { createWorkplace, type Workplace } from '../support/agent-process.ts'
import { type DatabaseServer, databaseServerKinds } from '../support/database-servers.ts'
import {
  type QueryingApplication,
  readCredential,
  startApplication,
} from '../support/querying-application.ts'
import { textIn } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

const policy = `
path "database/creds/*" { capabilities = ["read"] }
path "database/static-creds/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }`

// The real agent in a process of its own, and an application that queries all the time.
describe.each(databaseServerKinds())('leased credentials, on $name', kind => {
  let server: DatabaseServer
  let place: Workplace
  let application: QueryingApplication | undefined
  beforeAll(async () => {
    server = await kind.start()
    await server.vault.call('POST', 'sys/auth/approle', { type: 'approle' })
    await server.vault.call('POST', 'sys/policies/acl/app', { policy })
  }, 60_000)
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(() => {
    place = createWorkplace()
    application = undefined
  })
  afterEach(async () => {
    await application?.[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  const file = () => join(place.secrets, 'credential')
  const count = (agent: ReturnType<Workplace['run']>, event: string) =>
    agent.log.filter(line => line['event'] === event).length

  /** Lets the agent log in by a role of this name. */
  const prepare = async (name: string, settings: object) => {
    const role = `auth/approle/role/${name}`
    await server.vault.call('POST', role, { token_policies: 'app', ...settings })
    place.write('role_id', textIn(await server.vault.call('GET', `${role}/role-id`), 'data', 'role_id'))
    const secretId = await server.vault.call('POST', `${role}/secret-id`, {})
    place.write('secret_id', textIn(secretId, 'data', 'secret_id'))
  }

  const configure = (role: string, { provider = '', webhook = '', more = '', at = file() } = {}) => {
    const template = `{{ with secret "database/creds/${role}" }}{{ .Data.username }}\\n{{ .Data.password }}\\n{{ .LeaseID }}{{ end }}`
    place.configure(`
providers:
  vault:
    address: "${server.vault.address}"
    auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id }
    revoke_after: 300ms
    ${provider}
outputs:
  ${at}: { contents: "${template.replaceAll('"', '\\"')}" }
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }
reload: [${webhook === '' ? '' : `{ webhook: "${webhook}" }`}]
${more}`)
  }

  /** An agent, an application that uses its file, and the agent again with the application's address. */
  const startBoth = async (role: string, options: { provider?: string } = {}) => {
    configure(role, options)
    const first = place.run('--log-level', 'debug')
    onTestFailed(() =>
      console.log(first.printed().slice(-6000), application?.users.length, application?.failures),
    )
    await waitUntil(() => existsSync(file()))
    application = await startApplication(file(), server)
    configure(role, { ...options, webhook: application.webhook })
    first.child.kill('SIGHUP')
    await waitUntil(() => count(first, 'reloaded') === 1)
    return { agent: first, application }
  }

  it('are replaced 20 times, and an application that queries all the time sees no failed query', async () => {
    await prepare('rotating', { token_ttl: '1h' })
    await server.writeRole('rotating', { default_ttl: '2s', max_ttl: '3s' })
    const { application } = await startBoth('rotating')
    await waitUntil(() => application.users.length > 20)
    expect(application.failures).toEqual([])
    expect(application.queries).toBeGreaterThan(500)
    expect(new Set(application.users).size).toBe(application.users.length)
    await waitUntil(async () => (await server.livingLeases('rotating')).length <= 2)
  }, 90_000)

  it('are replaced before the token under which they were issued reaches its end', async () => {
    await prepare('dying', { token_ttl: '3s', token_max_ttl: '4s' })
    await server.writeRole('dying', { default_ttl: '1h', max_ttl: '2h' })
    const { agent, application } = await startBoth('dying')
    await waitUntil(() => application.users.length > 4)
    expect(application.failures).toEqual([])
    expect(count(agent, 'logged_in')).toBeGreaterThanOrEqual(application.users.length)
    expect(count(agent, 'lease_revoked')).toBeGreaterThan(0)
  }, 90_000)

  it('are renewed, and not issued anew while that will do', async () => {
    await prepare('renewed', { token_ttl: '1h' })
    await server.writeRole('renewed', { default_ttl: '2s', max_ttl: '1h' })
    configure('renewed')
    const agent = place.run('--log-level', 'debug')
    await waitUntil(() => count(agent, 'lease_renewed') > 4)
    expect(await server.livingLeases('renewed')).toHaveLength(1)
    const { leaseId } = readCredential(file())
    expect(leaseId).toContain((await server.livingLeases('renewed'))[0])
  }, 60_000)

  it('stay at the end of the agent, or are revoked in time where on_exit says so', async () => {
    await prepare('ending', { token_ttl: '1h' })
    await server.writeRole('ending', { default_ttl: '1h', max_ttl: '2h' })
    configure('ending')
    const keeping = place.run()
    await waitUntil(() => existsSync(file()))
    keeping.child.kill('SIGTERM')
    expect(await keeping.ended).toBe(0)
    expect(await server.livingLeases('ending')).toHaveLength(1)

    const before = readCredential(file()).username
    configure('ending', { provider: 'on_exit: revoke' })
    const revoking = place.run()
    await waitUntil(() => readCredential(file()).username !== before)
    expect(await server.livingLeases('ending')).toHaveLength(2)
    revoking.child.kill('SIGTERM')
    expect(await revoking.ended).toBe(0)
    await waitUntil(async () => (await server.livingLeases('ending')).length === 1)
    expect(count(revoking, 'session_revoked')).toBe(1)
  }, 60_000)

  it('outlive a kill of the agent where state.keep says so, and cost no new user and no notification', async () => {
    await prepare('kept', { token_ttl: '1h' })
    await server.writeRole('kept', { default_ttl: '10m', max_ttl: '1h' })
    // Outputs and what is kept must lie in two file systems, of which the machine has one on tmpfs.
    const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const at = join(directory, 'credential')
    const keep = join(place.directory, 'keep')
    const more = `state: { keep: "${keep}" }\nallow_non_tmpfs: ["${directory}"]`
    configure('kept', { at, more })
    let agent = place.run('--log-level', 'debug')
    await waitUntil(() => existsSync(at))
    application = await startApplication(at, server)
    configure('kept', { at, more, webhook: application.webhook })
    for (let restart = 0; restart < 3; restart += 1) {
      await waitUntil(() => count(agent, 'started') > 0)
      agent.child.kill(restart === 0 ? 'SIGTERM' : 'SIGKILL')
      await agent.ended
      agent = place.run('--log-level', 'debug')
    }
    await waitUntil(() => count(agent, 'started') > 0)
    expect((await place.command('refresh')).code).toBe(0)
    expect(count(agent, 'lease_renewed')).toBe(1)
    expect(count(agent, 'logged_in')).toBe(0)
    expect(await server.livingLeases('kept')).toHaveLength(1)
    expect(application.users).toHaveLength(1)
    expect(application.failures).toEqual([])
    expect(statSync(join(keep, 'leases')).mode & 0o7777).toBe(0o600)

    agent.child.kill('SIGKILL')
    await agent.ended
    writeFileSync(join(keep, 'leases'), '{"format":')
    const other = place.run()
    await waitUntil(() => application?.users.length === 2)
    expect(count(other, 'kept_state_unusable')).toBe(1)
    expect(application.failures).toEqual([])
  }, 60_000)

  it('do not exist for static roles, whose password arrives just after each rotation', async () => {
    await prepare('static', { token_ttl: '1h' })
    await server.writeStaticRole('reporting', { rotation_period: '5s' })
    place.configure(`
providers:
  vault: { address: "${server.vault.address}", auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id } }
secrets: { db: { from: "vault:database/static-creds/reporting", refresh: 1h } }
outputs: { ${file()}: { contents: "{{ .db.username }}\\n{{ .db.password }}\\n" } }
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }`)
    place.run()
    await waitUntil(() => existsSync(file()))
    const passwords = new Set<string>()
    await waitUntil(() => passwords.add(readCredential(file()).password).size === 3)
    if (server.postgres === undefined) return
    using connection = server.connect(readCredential(file()))
    await connection.query()
  }, 60_000)
})

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStoreClient } from '../../scripts/demo/store-client.ts'
import { type DevStore, openDevStore } from '../../src/dev-store/dev-store.ts'
import { createWorkplace, type Workplace } from '../support/agent-process.ts'
import { canary, findLeaks } from '../support/canary.ts'
import { waitUntil } from '../support/wait-until.ts'

// The whole house in processes of its own: the command line, the embedded store over HTTP, tmpfs, real signals.

let store: DevStore
let place: Workplace
const applications = new Set<ChildProcess>()

beforeEach(async () => {
  store = await openDevStore({ log: () => undefined })
  place = createWorkplace()
  const { roleId, secretId } = await client().prepare(canary('password-1'))
  await client().write('my-api/other', { value: canary('other-1') })
  place.write('role_id', roleId)
  place.write('secret_id', secretId)
})

afterEach(async () => {
  for (const application of applications) application.kill('SIGKILL')
  applications.clear()
  await place[Symbol.asyncDispose]()
  await store.close()
})

const client = () => createStoreClient(store.address, store.rootToken)
const file = (name: string) => join(place.secrets, name)
const read = (name: string) => readFileSync(file(name), 'utf8')

function configuration({
  outputs = '',
  reload = '',
  more = '',
}: {
  outputs?: string
  reload?: string
  more?: string
} = {}): string {
  return `
providers:
  vault: { address: "${store.address}", auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id } }
secrets:
  db: { from: "vault:secret/my-api/db", refresh: 1s }
outputs:
  ${file('password')}: { value: db.password }
${outputs}
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }
${reload}
${more}`
}

/** A program that handles SIGHUP, and says so. */
async function startApplication(): Promise<{ signals: readonly string[] }> {
  const script = "process.on('SIGHUP',()=>console.log('reloaded'));setInterval(()=>{},1e9);console.log('up')"
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  applications.add(child)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  await waitUntil(() => lines.includes('up'))
  place.write('application.pid', String(child.pid), 0o644)
  return { signals: lines }
}

/** The file is written once the application is up, and looked at for each notification. */
const reload = 'reload: [{ signal: SIGHUP, pid_file: application.pid }]'
const reloads = (signals: readonly string[]) => signals.filter(line => line === 'reloaded').length

describe('the main job', () => {
  it('goes from a role to a 0400 file, and a rotation to a new file and one signal', async () => {
    place.configure(configuration({ reload }))
    const agent = place.run()
    await waitUntil(() => existsSync(file('password')))
    const { signals } = await startApplication()
    expect(read('password')).toBe(canary('password-1'))
    expect(statSync(file('password')).mode & 0o7777).toBe(0o400)

    await client().rotate(canary('password-2'))
    await waitUntil(() => read('password') === canary('password-2') && reloads(signals) > 0)
    await waitUntil(() => agent.log.some(({ event }) => event === 'notified'))
    expect(reloads(signals)).toBe(1)

    agent.child.kill('SIGTERM')
    expect(await agent.ended).toBe(0)
    expect(read('password')).toBe(canary('password-2'))
    expect(findLeaks(agent.printed())).toEqual([])
  })

  it('neither publishes nor notifies over a restart without a rotation, and does both for one made meanwhile', async () => {
    place.configure(configuration({ reload }))
    const first = place.run()
    await waitUntil(() => existsSync(file('password')))
    const { signals } = await startApplication()
    first.child.kill('SIGKILL')
    await first.ended

    const { ino } = statSync(file('password'))
    const second = place.run('--log-level', 'debug')
    await waitUntil(() => second.log.some(({ event }) => event === 'secret_arrived'))
    await waitUntil(async () => (await place.command('healthcheck')).code === 0)
    expect(statSync(file('password')).ino).toBe(ino)
    expect(reloads(signals)).toBe(0)
    second.child.kill('SIGKILL')
    await second.ended

    await client().rotate(canary('password-2'))
    place.run()
    await waitUntil(() => read('password') === canary('password-2') && reloads(signals) === 1)
  })

  it('keeps the files through an outage, and takes what rotated meanwhile', async () => {
    place.configure(configuration())
    const agent = place.run()
    await waitUntil(() => existsSync(file('password')))
    await waitUntil(async () => (await place.command('healthcheck')).code === 0)
    store.seal()
    await waitUntil(() => agent.log.some(({ event, kind }) => event === 'secret_failed' && kind === 'sealed'))
    expect((await place.command('healthcheck')).code).toBe(0)
    expect(read('password')).toBe(canary('password-1'))
    store.unseal()
    await client().rotate(canary('password-2'))
    await waitUntil(() => read('password') === canary('password-2'))
  })

  it('makes one login, one mount probe per mount and one read per secret', async () => {
    place.configure(
      configuration({
        outputs: `  ${file('other')}: { value: "vault:secret/my-api/other#value" }\n  ${file('user')}: { value: db.username }`,
      }),
    )
    const before = store.requests.length
    await place.command('once')
    const requests = store.requests.slice(before).map(({ method, path }) => `${method} ${path}`)
    expect(requests.toSorted()).toEqual([
      'GET secret/data/my-api/db',
      'GET secret/data/my-api/other',
      'GET sys/internal/ui/mounts/secret/my-api/db',
      'POST auth/approle/login',
    ])
  })
})

describe('a configuration loaded by SIGHUP', () => {
  it('brings new outputs and removes old ones, whole; a broken one changes nothing', async () => {
    place.configure(configuration())
    const agent = place.run()
    await waitUntil(() => existsSync(file('password')))

    place.configure(configuration().replace('password:', 'user:').replace('db.password', 'db.username'))
    agent.child.kill('SIGHUP')
    await waitUntil(() => existsSync(file('user')) && !existsSync(file('password')))

    place.configure(configuration({ more: 'unknown_key: true' }))
    agent.child.kill('SIGHUP')
    await waitUntil(() => agent.log.some(({ event }) => event === 'reload_refused'))
    expect(read('user')).toBe('my-api')
    await client().rotate(canary('password-2'))
    expect(
      (await place.command('refresh', '--socket', join(place.secrets, '.keyturn/agent.sock'))).code,
    ).toBe(0)
  })
})

describe('the commands beside a running agent', () => {
  it('show the status, and read at once on refresh', async () => {
    place.configure(configuration().replace('refresh: 1s', 'refresh: 1h'))
    place.run()
    await waitUntil(async () => (await place.command('healthcheck', '--ready')).code === 0)
    await client().rotate(canary('password-2'))
    const refreshed = await place.command('refresh', 'db')
    expect(refreshed).toMatchObject({ code: 0, error: '' })
    expect(refreshed.out).toMatch(/^fresh {2}vault:secret\/my-api\/db is at version \S+\n$/)
    expect(read('password')).toBe(canary('password-2'))

    const { out } = await place.command('status')
    expect(out).toContain('vault:secret/my-api/db')
    expect(out).toContain(file('password'))
    const { secrets } = JSON.parse((await place.command('status', '--json')).out) as {
      secrets: { failures: number }[]
    }
    expect(secrets).toMatchObject([{ names: ['db'], failures: 0, stale: false }])
    expect(findLeaks(out)).toEqual([])
  })

  it('include the small health check of the image, which finds outputs elsewhere by the configuration', async () => {
    place.configure(configuration())
    expect(await place.healthcheck()).toBe(1)
    place.run()
    await waitUntil(async () => (await place.healthcheck()) === 0)
  })

  it('say that no agent runs', async () => {
    place.configure(configuration())
    const { code, error } = await place.command('status')
    expect(code).toBe(1)
    expect(error).toContain('no agent listens at')
    expect(await place.command('healthcheck')).toMatchObject({ code: 1 })
  })
})

describe('a start that cannot succeed', () => {
  const start = async (yaml: string) => {
    place.configure(`${yaml}\nstart_timeout: 1s`)
    const agent = place.run()
    const code = await agent.ended
    expect(existsSync(file('password'))).toBe(false)
    expect(findLeaks(agent.printed())).toEqual([])
    return { code, printed: agent.printed() }
  }

  it('ends with 2 for a configuration that cannot be used', async () => {
    expect(await start(configuration({ more: 'unknown_key: true' }))).toMatchObject({ code: 2 })
  })

  it('ends with 3 for a role that is refused', async () => {
    writeFileSync(place.write('secret_id', 'wrong', 0o600), canary('wrong-secret-id'))
    expect(await start(configuration())).toMatchObject({ code: 3 })
  })

  it('ends with 4 for a secret that does not exist, publishing nothing of the others', async () => {
    const outputs = `  ${file('other')}: { value: "vault:secret/my-api/nowhere#value" }`
    expect(await start(configuration({ outputs }))).toMatchObject({ code: 4 })
  })

  it('ends with 5 for a secret that is forbidden', async () => {
    const outputs = `  ${file('other')}: { value: "vault:cubby/forbidden#value" }`
    expect(await start(configuration({ outputs }))).toMatchObject({ code: 5 })
  })

  it('ends with 6 where the target is not tmpfs, printing the volume to make', async () => {
    const onDisk = mkdtempSync('/var/tmp/keyturn-test-')
    const { code, printed } = await start(configuration().replaceAll(place.secrets, onDisk))
    rmSync(onDisk, { recursive: true })
    expect(code).toBe(6)
    expect(printed).toContain('type: tmpfs')
  })

  it('ends once with its own code too, where waiting would not help', async () => {
    const outputs = `  ${file('other')}: { value: "vault:secret/my-api/nowhere#value" }`
    place.configure(configuration({ outputs }))
    expect(await place.command('once', '--timeout', '500ms')).toMatchObject({ code: 4 })
  })

  it('ends with 7 where once runs out of time', async () => {
    store.seal()
    place.configure(configuration())
    expect(await place.command('once', '--timeout', '500ms')).toMatchObject({ code: 7 })
  })
})

describe('without a configuration file', () => {
  it('renders what --secret names', async () => {
    const environment = {
      VAULT_ADDR: store.address,
      VAULT_ROLE_ID_FILE: join(place.directory, 'role_id'),
      VAULT_SECRET_ID_FILE: join(place.directory, 'secret_id'),
    }
    const checked = await place.commandWith(
      environment,
      'check',
      '--secret',
      'db_password=vault:secret/my-api/db#password',
    )
    expect(checked).toMatchObject({ code: 0, error: '' })
  })

  it('refuses a token in the environment, without showing it', async () => {
    const environment = { VAULT_ADDR: store.address, VAULT_TOKEN: canary('token') }
    const { code, out } = await place.commandWith(
      environment,
      'check',
      '--secret',
      'db=vault:secret/my-api/db#password',
    )
    expect(code).toBe(2)
    expect(out).toContain('VAULT_TOKEN')
    expect(findLeaks(out)).toEqual([])
  })
})

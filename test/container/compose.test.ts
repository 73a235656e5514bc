import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unusedName } from '../support/containers.ts'
import { compose, docker, logsOf } from '../support/docker.ts'
import { testImage } from '../support/images.ts'
import { waitUntil } from '../support/wait-until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Answer {
  readonly fingerprint: string
  readonly pid: number
  readonly uid: number
}

describe('compose.example.yml', () => {
  const project = createProject(['compose.example.yml'])
  beforeAll(() => project.up())
  afterAll(() => project.down())

  it('brings up an application that waits for the agent’s health and then has its password', async () => {
    expect(await project.ask()).toMatchObject({
      uid: 10_001,
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    })
  })

  it('gives the application another password without a restart when it is rotated', async () => {
    const before = await project.ask()
    await project.run('run', '--rm', 'rotate')
    await waitUntil(async () => (await project.ask()).fingerprint !== before.fingerprint)
    expect((await project.ask()).pid).toBe(before.pid)
  })

  it('keeps the rotated password over a restart of the store', async () => {
    const before = await project.ask()
    await project.run('restart', 'store')
    await project.run('restart', 'keyturn')
    await project.healthy()
    expect(await project.ask()).toEqual(before)
  })

  it('takes bootstrap files from Compose secrets, which others can read, and says so once for each', async () => {
    const logs = await logsOf(await project.containerOf('keyturn'))
    const said = logs.split('\n').filter(line => line.includes('credential_readable_by_others'))
    expect(new Set(said.map(line => (JSON.parse(line) as { path: string }).path))).toEqual(
      new Set(['/run/bootstrap/role_id', '/run/bootstrap/secret_id']),
    )
  })

  it('holds no secret in the environment of any service', async () => {
    for (const service of ['holder', 'keyturn', 'application', 'store']) {
      const inspected = await docker(['inspect', await project.containerOf(service)])
      expect(inspected).not.toContain('only-for-the-example')
    }
  })
})

describe('compose.vault.yml', () => {
  // The store of the example stands where one's own Vault would be.
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  const withStore = join(directory, 'compose.store.yml')
  const fromExample = (service: string) => ({ extends: { file: `${root}/compose.example.yml`, service } })
  const services = { store: fromExample('store'), rotate: fromExample('rotate') }
  writeFileSync(withStore, JSON.stringify({ services, volumes: { store: {} } }))
  const project = createProject(['compose.vault.yml', withStore], {
    VAULT_ADDR: 'http://store:8200',
    VAULT_ROLE: 'my-api',
    SECRET_ID_FILE: `${root}/examples/bootstrap/secret_id`,
  })
  beforeAll(() => project.up())
  afterAll(async () => {
    await project.down()
    rmSync(directory, { recursive: true })
  })

  it('needs no configuration file to bring a password and its rotation to the application', async () => {
    const before = await project.ask()
    await project.run('run', '--rm', 'rotate')
    // The default interval of a minute is not waited for.
    await docker([
      'exec',
      await project.containerOf('keyturn'),
      '/usr/bin/node',
      '/app/keyturn.js',
      'refresh',
    ])
    await waitUntil(async () => (await project.ask()).fingerprint !== before.fingerprint)
    expect((await project.ask()).pid).toBe(before.pid)
  })
})

describe('compose.zero-capability.yml', () => {
  const project = createProject(['compose.zero-capability.yml'])
  beforeAll(() => project.up())
  afterAll(() => project.down())

  it('runs the agent as no root and without capabilities, in a process namespace of its own', async () => {
    const settings =
      '{{.Config.User}} {{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}} "{{.HostConfig.PidMode}}"'
    expect(await docker(['inspect', '--format', settings, await project.containerOf('keyturn')])).toBe(
      '1001:2000 [] [ALL] ""',
    )
  })

  it('lets the application read by its group, and tells it of a rotation by a request', async () => {
    const before = await project.ask()
    expect(await project.statPassword()).toBe('440 1001 2000')
    await project.run('run', '--rm', 'rotate')
    await waitUntil(async () => (await project.ask()).fingerprint !== before.fingerprint)
    expect((await project.ask()).pid).toBe(before.pid)
    expect(await project.statPassword()).toBe('440 1001 2000')
  })
})

/** A Compose project of its own name and ports, from our files. */
function createProject(files: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const name = unusedName('compose')
  const env = { ...variables, KEYTURN_IMAGE: testImage, PORT: '0', STORE_PORT: '0' }
  const run = (...args: string[]) =>
    compose([...files.flatMap(path => ['-f', path]), '-p', name, ...args], {
      cwd: root,
      env,
      timeoutMs: 180_000,
    })
  const containerOf = (service: string) => run('ps', '-q', service)
  return {
    run,
    containerOf,
    up: () => run('up', '-d'),
    down: () => run('down', '--volumes', '--timeout', '1'),
    async ask(): Promise<Answer> {
      const response = await fetch(`http://${await run('port', 'application', '8080')}`)
      return (await response.json()) as Answer
    },
    async healthy() {
      const container = await containerOf('keyturn')
      await waitUntil(
        async () =>
          (await docker(['inspect', '--format', '{{.State.Health.Status}}', container])) === 'healthy',
      )
    },
    async statPassword() {
      const script =
        "const s = fs.statSync('/run/secrets/db_password'); console.log((s.mode & 0o777).toString(8), s.uid, s.gid)"
      return docker(['exec', await containerOf('application'), 'node', '-e', script])
    },
  }
}

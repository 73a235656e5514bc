import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type StartedTestContainer, Wait } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTmpfsVolume, HardenedContainer } from '../support/containers.ts'
import { noCoreDumps, searchFile } from '../support/core-dumps.ts'
import { docker, logsOf } from '../support/docker.ts'
import { busyboxImage, nodeImage, testImage } from '../support/images.ts'
import { searchFor } from '../support/leak-search.ts'
import { createRootDirectory } from '../support/root-directory.ts'
import { waitUntil } from '../support/wait-until.ts'

const secret = randomBytes(24).toString('base64url')
const search = searchFor({ secret })
const uid = 10_002

const configuration = `
secrets: { s: "file:/run/bootstrap/secret" }
outputs: { /run/secrets/copy: { value: s } }
defaults: { owner: ${uid}, group: ${uid} }
log: { level: debug }`

// Of the least privileged agent, and whoever has its uid: the hardest case, and the one that needs nothing but the image.
describe('an agent that is not root', () => {
  const parts = new AsyncDisposableStack()
  let agent: StartedTestContainer
  let intruder: StartedTestContainer
  /** Keeps the volume mounted when the others have ended. */
  let keeper: StartedTestContainer

  beforeAll(async () => {
    const directory = parts.use(await createRootDirectory())
    await directory.write('secret', secret, { owner: uid })
    await directory.write('keyturn.yaml', configuration, { mode: 0o444 })
    const volume = parts.use(await createTmpfsVolume(`size=64m,mode=0711,uid=${uid},gid=${uid}`))
    const ulimits = { core: { soft: -1, hard: -1 } }
    agent = parts.use(
      await new HardenedContainer(testImage, {
        Binds: [
          `${volume.name}:/run/secrets`,
          ...['secret', 'keyturn.yaml'].map(name => `${directory.path}/${name}:/run/bootstrap/${name}:ro`),
        ],
      })
        .withUser(`${uid}:${uid}`)
        .withEnvironment({ ONLY_HERE: 'of the agent' })
        .withWorkingDir('/run/secrets')
        .withUlimits(ulimits)
        .withCommand(['run', '--config', '/run/bootstrap/keyturn.yaml', '--log-format', 'json'])
        .withWaitStrategy(Wait.forLogMessage(/"published"/))
        .start(),
    )
    // With the same uid, in the same process namespace, and a program beside it that can be read.
    intruder = parts.use(
      await new HardenedContainer(nodeImage(), {
        PidMode: `container:${agent.getId()}`,
        Binds: [`${volume.name}:/run/secrets`],
      })
        .withUser(`${uid}:${uid}`)
        .withUlimits(ulimits)
        .withWorkingDir('/run/secrets')
        .withCommand([
          'node',
          '-e',
          `const secret = Buffer.from('${Buffer.from(secret).toString('hex')}', 'hex'); setInterval(() => secret.length, 1e9)`,
        ])
        .start(),
    )
    keeper = parts.use(
      await new HardenedContainer(busyboxImage, { Binds: [`${volume.name}:/volume:ro,nocopy`] })
        .withUser(`${uid}:${uid}`)
        .withCommand(['sleep', 'infinity'])
        .start(),
    )
  })
  afterAll(() => parts.disposeAsync())

  const inside = async (script: string) => (await intruder.exec(['sh', '-c', script])).output
  const pidOf = async (program: string) =>
    (await inside(`grep -l ^${program} /proc/[0-9]*/cmdline`)).replace(/\D/g, '')

  it('is closed to whoever has its uid: environment, memory, files and directories', async () => {
    const attempts = (pid: string) =>
      [
        ...['environ', 'maps', 'auxv'].map(name => `cat /proc/${pid}/${name}`),
        `dd if=/proc/${pid}/mem of=/dev/null bs=1 count=0`,
        ...['cwd', 'exe', 'fd/1'].map(name => `readlink /proc/${pid}/${name}`),
      ].map(attempt => `${attempt} > /dev/null 2>&1 && echo "${attempt}"`)
    const open = await pidOf('node')
    expect((await inside(attempts(open).join('; '))).match(new RegExp(`proc/${open}/`, 'g'))).toHaveLength(7)
    for (const program of ['/sbin/tini', '/usr/bin/node']) {
      const closed = await pidOf(program)
      expect(closed).toMatch(/^\d+$/)
      expect(await inside(attempts(closed).join('; '))).toBe('')
    }
  })

  it('shows nothing in what may be read: arguments, status, log, what Docker knows, and its container', async () => {
    const pid = await pidOf('/usr/bin/node')
    const seen = [
      await inside(`cd /proc/${pid}; cat cmdline status stat limits mountinfo cgroup comm`),
      await logsOf(agent.getId()),
      await docker(['inspect', agent.getId()]),
      await docker(['image', 'inspect', testImage]),
      await docker(['history', '--no-trunc', testImage]),
      await inside('find /run/secrets; cat /run/secrets/.keyturn/state'),
    ].join('\n')
    expect(seen).toMatch(/keyturn\.js.*"published".*ONLY_HERE.*COPY.*"outputs"/s)
    expect(search(seen)).toEqual([])
    const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
    try {
      const [exported, saved] = ['container.tar', 'image.tar'].map(name => join(directory, name))
      await docker(['export', '--output', exported ?? '', agent.getId()])
      await docker(['save', '--output', saved ?? '', testImage])
      for (const archive of [exported, saved]) expect(searchFile(archive ?? '', search)).toEqual([])
      expect(execFileSync('tar', ['-tf', exported ?? ''], { encoding: 'utf8' })).toContain('app/keyturn.js')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it.each(['NODE_OPTIONS=--no-warnings', 'LD_PRELOAD=/tmp/x.so', 'OPENSSL_CONF=/tmp/x', 'NODE_DEBUG=http'])(
    'does not start with %s',
    async variable => {
      const started = docker(['run', '--rm', '--user', String(uid), '--env', variable, testImage, 'run'])
      await expect(started).rejects.toMatchObject({
        stderr: expect.stringMatching(/ is set, and would /),
      })
    },
  )

  it('goes on when SIGUSR1 comes, and opens no inspector', async () => {
    await docker(['kill', '--signal', 'USR1', agent.getId()])
    const pid = await pidOf('/usr/bin/node')
    await inside(`kill -USR1 ${pid}`)
    expect(await docker(['inspect', '--format', '{{.State.Running}}', agent.getId()])).toBe('true')
    expect(await logsOf(agent.getId())).not.toContain('Debugger listening')
    // 0x240D = 9229, in hexadecimal as the kernel writes ports.
    expect(
      await docker([
        'exec',
        agent.getId(),
        '/usr/bin/node',
        '-e',
        "process.stdout.write(require('fs').readFileSync('/proc/net/tcp'))",
      ]),
    ).not.toContain(':240D')
  })

  it('leaves no core dump when it is made to, where a readable program beside it does', async context => {
    const reason = noCoreDumps()
    if (reason !== undefined) context.skip(reason)
    const names = async () => (await keeper.exec(['ls', '/volume'])).output.trim()
    await inside("node -e 'process.abort()'")
    expect(await names()).toMatch(/^core/m)
    await inside('rm /run/secrets/core*')
    await inside(`kill -ABRT ${await pidOf('/usr/bin/node')}`)
    const state = () =>
      docker(['inspect', '--format', '{{.State.Running}} {{.State.ExitCode}}', agent.getId()])
    await waitUntil(async () => (await state()) === 'false 134')
    expect(await names()).toBe('copy')
  })
})

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canary, findLeaks } from '../support/canary.ts'
import { HardenedContainer } from '../support/containers.ts'
import { docker, logsOf } from '../support/docker.ts'
import { busyboxImage, nodeImage } from '../support/images.ts'
import {
  type Application,
  applicationUid,
  type SidecarLayout,
  startSidecarLayout,
} from '../support/sidecar-layout.ts'
import { waitUntil } from '../support/wait-until.ts'

const passwordFile = '/run/secrets/db_password'

describe('the holder layout', () => {
  let layout: SidecarLayout
  let application: Application

  beforeAll(async () => {
    layout = await startSidecarLayout({
      password: canary('first'),
      agentEnvironment: { AGENT_ONLY: canary('environment') },
    })
    application = await layout.startApplication()
  })
  afterAll(() => layout?.[Symbol.asyncDispose]())

  it('gives the application its password as a 0400 file of its own, on tmpfs', async () => {
    expect(await application.ask()).toMatchObject({ fingerprint: fingerprint('first'), uid: applicationUid })
    expect(await layout.inside(`stat -c '%a %u %g' ${passwordFile}`)).toBe('400 10001 10001')
    const { agent } = await agentOf(layout)
    expect(await layout.inside(`grep " /run/secrets " /proc/${agent}/mounts`)).toMatch(
      /^tmpfs \/run\/secrets tmpfs rw,nosuid,nodev,noexec/,
    )
    expect(await layout.inside('stat -c "%a %u" /run/secrets')).toBe('711 0')
  })

  it('runs the agent with CHOWN and KILL and nothing else, and the others with no capability', async () => {
    const capabilities = async (pid: number) =>
      (await layout.inside(`grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/${pid}/status`)).split(/\s+/)
    const { agent } = await agentOf(layout)
    const chownAndKill = '0000000000000021'
    expect(await capabilities(agent)).toEqual([
      'CapEff:',
      chownAndKill,
      'CapBnd:',
      chownAndKill,
      'NoNewPrivs:',
      '1',
    ])
    const { pid } = await application.ask()
    const none = '0000000000000000'
    expect(await capabilities(pid)).toEqual(['CapEff:', none, 'CapBnd:', none, 'NoNewPrivs:', '1'])
  })

  it('needs no writable root file system', async () => {
    const settings = '{{.HostConfig.ReadonlyRootfs}} {{.State.Health.Status}}'
    expect(await docker(['inspect', '--format', settings, layout.agent.getId()])).toBe('true healthy')
  })

  it('shows no password, token or secret id to who inspects containers, environments, arguments or logs', async () => {
    const containers = [layout.holder, layout.agent, application.container].map(container =>
      container.getId(),
    )
    const inspected = await Promise.all(containers.map(id => docker(['inspect', id])))
    const logs = await Promise.all(containers.map(logsOf))
    const processes = await layout.inside('cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline')
    const seen = [...inspected, ...logs, processes].join('\n')
    for (const secret of [canary('first'), layout.secretId, layout.rootToken])
      expect(seen).not.toContain(secret)
    // The agent's own variable is there to be found: where this looks, a secret would have been seen.
    expect(processes).toContain(canary('environment'))
    expect(findLeaks(seen)).toHaveLength(1)
  })

  it('keeps agent and init closed to an application that is root in the shared namespace', async () => {
    const open = await new HardenedContainer(busyboxImage, layout.joined)
      .withEnvironment({ READABLE: canary('readable') })
      .withCommand(['sleep', 'infinity'])
      .start()
    try {
      const { init, agent } = await agentOf(layout)
      const read = (file: string) =>
        open.exec(['sh', '-c', `for f in ${file}; do cat $f > /dev/null && echo $f; done; true`])
      // Another root process, whose program it can read, shows that the attempt itself works.
      expect((await read('/proc/self/environ')).stdout).toContain('environ')
      const closed = [init, agent].flatMap(pid =>
        ['environ', 'maps', 'mem'].map(name => `/proc/${pid}/${name}`),
      )
      const { stdout, stderr } = await read(closed.join(' '))
      expect(stdout).toBe('')
      expect(stderr.match(/Permission denied/g)).toHaveLength(closed.length)
    } finally {
      await open.stop()
    }
  })

  it('tells a program of another user of a rotation, which goes on as the same process with the new password', async () => {
    const before = await application.ask()
    await layout.store.rotate(canary('second'))
    await waitUntil(async () => (await application.ask()).fingerprint === fingerprint('second'))
    const after = await application.ask()
    expect(after.pid).toBe(before.pid)
    expect(await layout.inside(`stat -c '%a %u' ${passwordFile}`)).toBe('400 10001')
  })

  it('neither touches the files nor signals when it is restarted and nothing has rotated', async () => {
    const file = () => layout.inside(`stat -c '%i %Y %Z' ${passwordFile}`)
    const [fileBefore, before] = [await file(), await application.ask()]
    await docker(['restart', layout.agent.getId()])
    await becomesHealthy(layout)
    expect(await file()).toBe(fileBefore)
    expect(await application.ask()).toEqual(before)
  })

  it('leaves the files when it is killed, and brings what rotated meanwhile when it is back', async () => {
    await docker(['kill', '--signal', 'KILL', layout.agent.getId()])
    expect(await layout.inside(`stat -c '%a %u' ${passwordFile}`)).toBe('400 10001')
    expect((await application.ask()).fingerprint).toBe(fingerprint('second'))
    await layout.store.rotate(canary('third'))
    await docker(['start', layout.agent.getId()])
    await waitUntil(async () => (await application.ask()).fingerprint === fingerprint('third'))
  })

  it('ends with exit code 0 on SIGTERM, and leaves the files', async () => {
    await docker(['stop', layout.agent.getId()])
    expect(await docker(['inspect', '--format', '{{.State.ExitCode}}', layout.agent.getId()])).toBe('0')
    expect(await layout.inside(`stat -c '%a %u' ${passwordFile}`)).toBe('400 10001')
    await docker(['start', layout.agent.getId()])
    await becomesHealthy(layout)
  })
})

describe('several processes of an application', () => {
  let layout: SidecarLayout

  beforeAll(async () => {
    layout = await startSidecarLayout({ password: canary('first') })
  })
  afterAll(() => layout?.[Symbol.asyncDispose]())

  it('signals each replica once, and none of the programs that run beside the main one', async () => {
    const replicas = [await layout.startApplication(), await layout.startApplication()]
    // As a health check does: another program in the container, of the same name.
    const script = "process.on('SIGHUP', () => process.exit(42)); setInterval(() => {}, 1000)"
    await docker(['exec', '--detach', replicas[0]?.container.getId() ?? '', 'node', '-e', script])
    const beside = async () => (await layout.processes()).some(({ command }) => command.includes('exit(42)'))
    await waitUntil(beside)

    await layout.store.rotate(canary('second'))
    for (const { ask } of replicas) {
      await waitUntil(async () => (await ask()).fingerprint === fingerprint('second'))
    }
    await waitUntil(async () => (await logsOf(layout.agent.getId())).includes('"notified"'))
    for (const { container } of replicas) {
      const reads = (await logsOf(container.getId())).match(/read a password/g)
      expect(reads).toHaveLength(2)
    }
    expect(await beside()).toBe(true)
  })
})

describe('a debt', () => {
  let layout: SidecarLayout

  beforeAll(async () => {
    layout = await startSidecarLayout({ password: canary('first') })
  })
  afterAll(() => layout?.[Symbol.asyncDispose]())

  it('is paid after the agent was killed before it could tell the application', async () => {
    // It is still starting: it will catch SIGHUP only when it is told to, by SIGUSR2.
    const script = `
      process.on('SIGUSR2', () => process.on('SIGHUP', () => console.log('reloaded')))
      setInterval(() => {}, 1000)`
    const starting = await new HardenedContainer(nodeImage(), layout.joined)
      .withCommand(['node', '-e', script])
      .withUser(`${applicationUid}:${applicationUid}`)
      .start()
    try {
      const file = () => layout.inside(`md5sum ${passwordFile}`)
      const before = await file()
      await layout.store.rotate(canary('second'))
      await waitUntil(async () => (await file()) !== before)
      await docker(['kill', '--signal', 'KILL', layout.agent.getId()])
      expect(await logsOf(starting.getId())).toBe('')

      await docker(['kill', '--signal', 'SIGUSR2', starting.getId()])
      await docker(['start', layout.agent.getId()])
      await waitUntil(async () => (await logsOf(starting.getId())).includes('reloaded'))
    } finally {
      await starting.stop()
    }
  })
})

function fingerprint(name: string): string {
  return createHash('sha256').update(canary(name)).digest('hex').slice(0, 12)
}

/** The agent and the init before it, as processes of the shared namespace. */
async function agentOf(layout: SidecarLayout): Promise<{ agent: number; init: number }> {
  const both = (await layout.processes()).filter(({ command }) => command.includes('/app/keyturn.js'))
  const init = both.find(({ comm }) => comm === 'tini')?.pid
  const agent = both.find(({ comm }) => comm !== 'tini')?.pid
  if (init === undefined || agent === undefined) throw new Error('the agent does not run')
  return { agent, init }
}

async function becomesHealthy({ agent }: SidecarLayout): Promise<void> {
  await waitUntil(
    async () =>
      (await docker(['inspect', '--format', '{{.State.Health.Status}}', agent.getId()])) === 'healthy',
  )
}

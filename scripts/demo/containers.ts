// The demo's actors as the containers of compose.example.yml, built and started here.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compose, docker } from '../../test/support/docker.ts'
import { freePort } from '../../test/support/free-port.ts'
import type { Actors, AgentEvent } from './actors.ts'
import { readEvents } from './read-events.ts'
import { createStoreClient } from './store-client.ts'
import { waitFor } from './wait-for.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = 'keyturn-demo'
const passwordFile = '/run/secrets/db_password'

export async function startContainers(note: (text: string) => void): Promise<Actors> {
  note('building the image')
  const built = spawnSync(process.execPath, [join(root, 'scripts/image.ts')], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the image could not be built\n${built.stdout}${built.stderr}`)

  const port = await freePort()
  const storePort = await freePort()
  const env = { PORT: String(port), STORE_PORT: String(storePort) }
  const run = (...args: string[]) =>
    compose(['-f', 'compose.example.yml', '-p', project, ...args], { cwd: root, env, timeoutMs: 120_000 })
  const containerOf = (service: string) => run('ps', '-q', service)

  await run('down', '--volumes', '--timeout', '1')
  await run('up', '-d', 'store', 'keyturn')
  const [agent, store, holder] = await Promise.all(['keyturn', 'store', 'holder'].map(containerOf))
  if (agent === undefined || store === undefined || holder === undefined)
    throw new Error('the containers did not start')
  note('the agent runs as root with CHOWN and KILL only, the application as 10001, the holder as 65534')

  const agentEvents: AgentEvent[] = []
  const logs = spawn('docker', ['logs', '--follow', agent], { stdio: ['ignore', 'pipe', 'ignore'] })
  readEvents(logs.stdout, agentEvents)
  const address = `http://127.0.0.1:${storePort}`
  const token = await waitFor('the store to answer', () =>
    docker(['exec', store, '/usr/bin/node', '-p', "require('fs').readFileSync('/data/token', 'utf8')"]),
  )
  const client = createStoreClient(address, token)
  const network = `${project}_default`

  return {
    agentEvents,
    passwordFile,
    applicationUrl: `http://127.0.0.1:${port}/`,
    owner: 10_001,
    async startApplication() {
      await run('up', '-d', 'application')
    },
    rotate: client.rotate,
    async stopStore() {
      await docker(['network', 'disconnect', network, agent])
    },
    rotateUnseen: client.rotate,
    async startStore() {
      await docker(['network', 'connect', network, agent])
    },
    async inspectFile() {
      const [mode = '', owner = ''] = (
        await docker(['exec', holder, 'stat', '-c', '%a %u', passwordFile])
      ).split(' ')
      const kind = await docker(['exec', holder, 'stat', '-f', '-c', '%T', '/run/secrets'])
      return { mode: Number.parseInt(mode, 8), owner: Number(owner), tmpfs: kind === 'tmpfs' }
    },
    tryIt: [
      `curl -s http://127.0.0.1:${port}/`,
      `docker exec ${agent.slice(0, 12)} /usr/bin/node /app/keyturn.js status`,
      `docker inspect ${agent.slice(0, 12)}    # no secret in it`,
      `docker exec ${(await containerOf('holder')).slice(0, 12)} cat ${passwordFile}    # another user: refused`,
    ],
    async [Symbol.asyncDispose]() {
      logs.kill()
      await run('down', '--volumes', '--timeout', '1')
    },
  }
}

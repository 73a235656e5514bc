import { fileURLToPath } from 'node:url'
import { Network, type StartedTestContainer, Wait } from 'testcontainers'
import { createStoreClient } from '../../scripts/demo/store-client.ts'
import { createTmpfsVolume, HardenedContainer } from './containers.ts'
import { busyboxImage, nodeImage, testImage } from './images.ts'
import { createRootDirectory } from './root-directory.ts'
import { startStore } from './store-container.ts'

const killerMain = fileURLToPath(new URL('agent-killer-main.ts', import.meta.url))
const applicationMain = fileURLToPath(new URL('reading-application-main.ts', import.meta.url))

/** The image's agent as a child of another program, which can kill it within microseconds, beside applications that read. */
export interface KillableAgent extends AsyncDisposable {
  rotate(version: number): Promise<void>
  start(): Promise<void>
  kill(): Promise<void>
  /** Starts, and is killed after so long. */
  live(ms: number): Promise<void>
  /** Starts, and is killed as soon as this output is swapped. */
  dieAtSwap(name: string): Promise<void>
  /** All that the agent that was started last has printed. */
  printed(): Promise<string>
  kept(): Promise<{ staging: string[]; generations: string[]; state: string }>
  startApplication(): Promise<ReadingApplication>
}

export interface ReadingApplication {
  ask(): Promise<Reading>
}

export interface Reading {
  /** The version that it read at its start or at the last signal. */
  readonly known: string
  readonly signals: number
  readonly reads: number
  /** How many versions were seen. */
  readonly seen: number
  readonly wrong: readonly string[]
}

export interface KillableAgentOptions {
  /** How long the agent waits at most before it tells the application. */
  readonly splay: string
}

export async function startKillableAgent({ splay }: KillableAgentOptions): Promise<KillableAgent> {
  await using parts = new AsyncDisposableStack()
  const directory = parts.use(await createRootDirectory())
  const volume = parts.use(await createTmpfsVolume())
  const network = await new Network().start()
  parts.defer(async () => {
    await network.stop()
  })
  const { container, address, rootToken } = await startStore(directory, network)
  parts.use(container)
  const store = createStoreClient(address, rootToken)
  const { roleId, secretId } = await store.prepare(bodyOf(0))
  await directory.write('role_id', roleId)
  await directory.write('secret_id', secretId)
  await directory.write('keyturn.yaml', configuration(splay))

  const holder = parts.use(
    await new HardenedContainer(busyboxImage, {
      Init: true,
      Binds: [`${volume.name}:/run/secrets:ro,nocopy`],
    })
      .withCommand(['sleep', 'infinity'])
      .withUser('65534:65534')
      .withNetworkMode('none')
      .start(),
  )
  const PidMode = `container:${holder.getId()}`
  const killer = parts.use(
    await new HardenedContainer(testImage, {
      CapAdd: ['CHOWN', 'KILL'],
      PidMode,
      Binds: [
        `${volume.name}:/run/secrets`,
        `${killerMain}:/killer/main.ts:ro`,
        ...['role_id', 'secret_id', 'keyturn.yaml'].map(
          name => `${directory.path}/${name}:/run/bootstrap/${name}:ro`,
        ),
      ],
    })
      .withEntrypoint(['/usr/bin/node', '/killer/main.ts', '/run/secrets'])
      .withCommand([
        ...['/usr/bin/node', '--disable-sigusr1', '--no-maglev', '--no-opt', '/app/keyturn.js'],
        ...['run', '--config', '/run/bootstrap/keyturn.yaml', '--log-format', 'json'],
      ])
      .withNetwork(network)
      .withExposedPorts(8080)
      .withWaitStrategy(Wait.forLogMessage(/listening/))
      .start(),
  )
  const tell = async <Answer>(action: string, of: string | number = ''): Promise<Answer> => {
    const response = await fetch(`${addressOf(killer)}/${action}?of=${of}`)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return JSON.parse(text) as Answer
  }

  const stack = parts.move()
  return {
    rotate: version => store.write('my-api/db', { username: bodyOf(version), password: bodyOf(version) }),
    start: () => tell('start'),
    kill: () => tell('kill'),
    live: ms => tell('live', ms),
    dieAtSwap: name => tell('dieAtSwap', name),
    printed: () => tell('printed'),
    kept: () => tell('kept'),
    async startApplication() {
      const application = stack.use(
        await new HardenedContainer(nodeImage(), {
          PidMode,
          Binds: [`${volume.name}:/run/secrets:ro,nocopy`, `${applicationMain}:/application/main.ts:ro`],
        })
          .withCommand(['node', '/application/main.ts'])
          .withUser('10001:10001')
          .withNetwork(network)
          .withExposedPorts(8080)
          .withWaitStrategy(Wait.forLogMessage(/listening/))
          .start(),
      )
      return { ask: async () => (await (await fetch(addressOf(application))).json()) as Reading }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** More than a page, so that a write could be seen halfway. */
function bodyOf(version: number): string {
  return `${version}:${'x'.repeat(5000)}`
}

function configuration(splay: string): string {
  return `
providers:
  vault:
    address: http://store:8200
    auth: { method: approle, role_id_file: /run/bootstrap/role_id, secret_id_file: /run/bootstrap/secret_id }
secrets:
  db: vault:secret/my-api/db
outputs:
  /run/secrets/removed: { value: db.password }
  /run/secrets/password: { value: db.password }
  /run/secrets/pair/:
    files:
      user: { value: db.username }
      password: { value: db.password }
defaults: { owner: 10001, group: 10001, mode: "0400" }
reload:
  - { signal: SIGHUP, process: node, splay: ${splay}, on: [/run/secrets/password, /run/secrets/pair/] }
`
}

function addressOf(container: StartedTestContainer): string {
  return `http://${container.getHost()}:${container.getMappedPort(8080)}`
}

import { fileURLToPath } from 'node:url'
import { Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers'
import { createStoreClient, type StoreClient } from '../../scripts/demo/store-client.ts'
import { createTmpfsVolume, HardenedContainer } from './containers.ts'
import { docker } from './docker.ts'
import { busyboxImage, nodeImage, testImage } from './images.ts'
import { createRootDirectory } from './root-directory.ts'
import { startStore } from './store-container.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

export const applicationUid = 10_001

export interface SidecarLayout extends AsyncDisposable {
  readonly store: StoreClient
  readonly network: StartedNetwork
  readonly holder: StartedTestContainer
  readonly agent: StartedTestContainer
  /** What the agent logs in with: these must never be seen. */
  readonly secretId: string
  readonly rootToken: string
  /** How a further container joins: the shared volume as an application mounts it, and the process namespace. */
  readonly joined: { readonly Binds: string[]; readonly PidMode: string }
  startApplication(): Promise<Application>
  /** Runs a shell line as root, to which every process and file is open, in the shared process namespace and volume. */
  inside(script: string): Promise<string>
  /** What runs in the shared process namespace. */
  processes(): Promise<Process[]>
}

export interface Process {
  readonly pid: number
  readonly comm: string
  /** Its arguments, separated by blanks. */
  readonly command: string
}

export interface Application {
  readonly container: StartedTestContainer
  ask(): Promise<ApplicationAnswer>
}

export interface ApplicationAnswer {
  readonly fingerprint: string
  readonly pid: number
  readonly uid: number
  readonly readAt: string
}

export interface LayoutOptions {
  /** The first password. */
  readonly password: string
  readonly agentEnvironment?: Readonly<Record<string, string>>
}

/** The holder layout with an embedded store and an agent that has published; applications come on request. */
export async function startSidecarLayout({
  password,
  agentEnvironment = {},
}: LayoutOptions): Promise<SidecarLayout> {
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
  const { roleId, secretId } = await store.prepare(password)
  await directory.write('role_id', roleId)
  await directory.write('secret_id', secretId)

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
  const joined = {
    Binds: [`${volume.name}:/run/secrets:ro,nocopy`, `${examples}/application:/application:ro`],
    PidMode: `container:${holder.getId()}`,
  }
  const agent = parts.use(
    await new HardenedContainer(testImage, {
      CapAdd: ['CHOWN', 'KILL'],
      PidMode: joined.PidMode,
      Binds: [
        `${volume.name}:/run/secrets`,
        `${examples}/keyturn.yaml:/etc/keyturn/keyturn.yaml:ro`,
        `${directory.path}/role_id:/run/bootstrap/role_id:ro`,
        `${directory.path}/secret_id:/run/bootstrap/secret_id:ro`,
      ],
    })
      .withNetwork(network)
      .withEnvironment({ ...agentEnvironment })
      .withHealthCheck({ test: ['CMD', '/usr/bin/node', '/app/healthcheck.js'], interval: 500 })
      .start(),
  )
  const probe = parts.use(await startProbe(volume.name, joined.PidMode))
  const inside = (script: string) => docker(['exec', probe.getId(), 'sh', '-c', script])

  const stack = parts.move()
  return {
    store,
    network,
    holder,
    agent,
    secretId,
    rootToken,
    joined,
    inside,
    async startApplication() {
      const container = stack.use(
        await new HardenedContainer(nodeImage(), joined)
          .withCommand(['node', '/application/server.js'])
          .withUser(`${applicationUid}:${applicationUid}`)
          .withNetwork(network)
          .withExposedPorts(8080)
          .withWaitStrategy(Wait.forLogMessage(/listening/))
          .start(),
      )
      return { container, ask: () => askApplication(container) }
    },
    async processes() {
      const script =
        'for p in /proc/[0-9]*; do echo "$(basename $p) $(cat $p/comm) $(tr "\\0" " " < $p/cmdline)"; done'
      return [...(await inside(script)).matchAll(/^(\d+) (\S+) (.*)$/gm)].map(
        ([, pid, comm = '', command = '']) => ({
          pid: Number(pid),
          comm,
          command,
        }),
      )
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** A look at everything, which no container of the layout has. */
function startProbe(volume: string, pidMode: string): Promise<StartedTestContainer> {
  return new HardenedContainer(busyboxImage, {
    Binds: [`${volume}:/run/secrets:ro,nocopy`],
    PidMode: pidMode,
    CapDrop: [],
    CapAdd: ['SYS_PTRACE'],
  })
    .withCommand(['sleep', 'infinity'])
    .start()
}

async function askApplication(container: StartedTestContainer): Promise<ApplicationAnswer> {
  const response = await fetch(`http://${container.getHost()}:${container.getMappedPort(8080)}`)
  return (await response.json()) as ApplicationAnswer
}

import { type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers'
import { HardenedContainer } from './containers.ts'
import { testImage } from './images.ts'
import type { RootDirectory } from './root-directory.ts'

export interface StoreContainer {
  readonly container: StartedTestContainer
  /** As seen from here; in the network it is `http://store:8200`. */
  readonly address: string
  readonly rootToken: string
}

/** Starts an embedded store, which keeps its data and its root token in the directory. */
export async function startStore(directory: RootDirectory, network: StartedNetwork): Promise<StoreContainer> {
  const container = await new HardenedContainer(testImage, { Binds: [`${directory.path}:/data`] })
    .withCommand([
      'dev-store',
      ...['--listen', '0.0.0.0:8200'],
      ...['--data', '/data/store.json'],
      ...['--token-file', '/data/token'],
    ])
    .withNetwork(network)
    .withNetworkAliases('store')
    .withExposedPorts(8200)
    .withWaitStrategy(Wait.forHttp('/v1/sys/health', 8200))
    .start()
  return {
    container,
    address: `http://${container.getHost()}:${container.getMappedPort(8200)}`,
    rootToken: (await directory.read('token')).trim(),
  }
}

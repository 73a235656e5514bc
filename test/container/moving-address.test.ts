import { fileURLToPath } from 'node:url'
import { Network, type StartedNetwork, type StartedTestContainer } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStoreClient } from '../../scripts/demo/store-client.ts'
import { canary } from '../support/canary.ts'
import {
  createTmpfsVolume,
  HardenedContainer,
  type HostSettings,
  type TmpfsVolume,
} from '../support/containers.ts'
import { docker } from '../support/docker.ts'
import { busyboxImage, testImage } from '../support/images.ts'
import { createRootDirectory, type RootDirectory } from '../support/root-directory.ts'
import { startStore } from '../support/store-container.ts'
import { waitUntil } from '../support/wait-until.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

describe('a server whose name leads to another address from one moment to the next', () => {
  const started: StartedTestContainer[] = []
  let directory: RootDirectory
  let network: StartedNetwork
  let volume: TmpfsVolume

  beforeAll(async () => {
    directory = await createRootDirectory()
    network = await new Network().start()
    volume = await createTmpfsVolume()
  })
  afterAll(async () => {
    for (const container of started.toReversed()) await container.stop()
    await network?.stop()
    await volume?.[Symbol.asyncDispose]()
    await directory?.[Symbol.asyncDispose]()
  })

  const keep = (container: StartedTestContainer) => {
    started.push(container)
    return container
  }
  const idle = async (settings: HostSettings = {}) =>
    keep(
      await new HardenedContainer(busyboxImage, settings)
        .withCommand(['sleep', 'infinity'])
        .withNetwork(network)
        .start(),
    )

  it('is found there, and what rotated meanwhile is published', async () => {
    const before = await startStore(directory, network)
    const { roleId, secretId } = await createStoreClient(before.address, before.rootToken).prepare(
      canary('before'),
    )
    await directory.write('role_id', roleId)
    await directory.write('secret_id', secretId)
    keep(
      await new HardenedContainer(testImage, {
        CapAdd: ['CHOWN', 'KILL'],
        Binds: [
          `${volume.name}:/run/secrets`,
          `${examples}/keyturn.yaml:/etc/keyturn/keyturn.yaml:ro`,
          `${directory.path}/role_id:/run/bootstrap/role_id:ro`,
          `${directory.path}/secret_id:/run/bootstrap/secret_id:ro`,
        ],
      })
        .withNetwork(network)
        .start(),
    )
    const reader = await idle({ Binds: [`${volume.name}:/run/secrets:ro,nocopy`] })
    const published = () =>
      docker(['exec', '--user', '10001', reader.getId(), 'cat', '/run/secrets/db_password'])
    await waitUntil(async () => (await published().catch(() => '')) === canary('before'))

    const address = before.container.getIpAddress(network.getName())
    await before.container.stop()
    // Somebody else gets the old address.
    await idle()
    const after = await startStore(directory, network)
    keep(after.container)
    expect(after.container.getIpAddress(network.getName())).not.toBe(address)
    await createStoreClient(after.address, after.rootToken).rotate(canary('after'))
    await waitUntil(async () => (await published()) === canary('after'))
  })
})

import { Network, type StartedNetwork, type StartedTestContainer } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStoreClient } from '../../scripts/demo/store-client.ts'
import { canary } from '../support/canary.ts'
import { createTmpfsVolume, type TmpfsVolume } from '../support/containers.ts'
import { runDocker } from '../support/docker.ts'
import { testImage } from '../support/images.ts'
import { createRootDirectory, type RootDirectory } from '../support/root-directory.ts'
import { startStore } from '../support/store-container.ts'

describe('a bootstrap file', () => {
  let directory: RootDirectory
  let network: StartedNetwork
  let volume: TmpfsVolume
  let store: StartedTestContainer
  let roleId: string
  let secretId: string

  beforeAll(async () => {
    directory = await createRootDirectory()
    network = await new Network().start()
    volume = await createTmpfsVolume()
    const started = await startStore(directory, network)
    store = started.container
    const ids = await createStoreClient(started.address, started.rootToken).prepare(canary('password'))
    roleId = ids.roleId
    secretId = ids.secretId
  })
  afterAll(async () => {
    await store?.stop()
    await network?.stop()
    await volume?.[Symbol.asyncDispose]()
    await directory?.[Symbol.asyncDispose]()
  })

  it('may be a bind mount that only root can read', async () => {
    const { code, output } = await logInWith({ mode: 0o400 })
    expect(code, output).toBe(0)
    expect(output).not.toContain('credential_readable_by_others')
  })

  it('may be readable by all where it is a mount of its own, as Swarm makes it, which is logged once', async () => {
    const { code, output } = await logInWith({ mode: 0o444 })
    expect(code, output).toBe(0)
    expect(output.split('\n').filter(line => line.includes('credential_readable_by_others'))).toHaveLength(1)
  })

  it('is refused where others can write it', async () => {
    const { code, output } = await logInWith({ mode: 0o666 })
    expect(code).not.toBe(0)
    expect(output).toMatch(/can be written by others/)
  })

  it('that belongs to another user is named with its owner and mode, and how to change them', async () => {
    const { code, output } = await logInWith({ mode: 0o600, owner: 12_345 })
    expect(code).not.toBe(0)
    expect(output).toMatch(/12345/)
    expect(output).toMatch(/0?600/)
    expect(output).toMatch(/chown 0:0/)
  })

  /** Runs an agent once with its secret id in a file of this mode and owner. */
  async function logInWith({ mode, owner = 0 }: { mode: number; owner?: number }) {
    const name = `secret_id-${mode.toString(8)}`
    await directory.write(name, secretId, { mode, owner })
    return runDocker([
      ...[
        'run',
        '--rm',
        '--network',
        network.getName(),
        '--cap-drop',
        'ALL',
        '--cap-add',
        'CHOWN',
        '--read-only',
      ],
      ...[
        '--volume',
        `${volume.name}:/run/secrets`,
        '--volume',
        `${directory.path}/${name}:/run/bootstrap/secret_id:ro`,
      ],
      ...['--env', 'VAULT_ADDR=http://store:8200', '--env', `VAULT_ROLE=${roleId}`],
      ...['--env', 'VAULT_SECRET_ID_FILE=/run/bootstrap/secret_id'],
      ...[testImage, 'once', '--timeout', '5s', '--owner', '10001'],
      ...['--secret', 'db_password=vault:secret/my-api/db#password'],
    ])
  }
})

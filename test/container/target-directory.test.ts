import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTmpfsVolume, type TmpfsVolume, unusedName } from '../support/containers.ts'
import { docker, runDocker } from '../support/docker.ts'
import { busyboxImage, testImage } from '../support/images.ts'

describe('an image that already has the target directory', () => {
  const image = unusedName('image')
  let volume: TmpfsVolume

  beforeAll(async () => {
    const dockerfile = `FROM ${busyboxImage}\nRUN mkdir -p /run/secrets && touch /run/secrets/stale && chown -R 10001 /run/secrets\n`
    spawnSync('docker', ['build', '--tag', image, '-'], {
      input: dockerfile,
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    })
    volume = await createTmpfsVolume()
  })
  afterAll(async () => {
    await volume?.[Symbol.asyncDispose]()
    await docker(['rmi', '--force', image])
  })

  it('leaves the volume as it is when it is mounted with nocopy', async () => {
    await expect(look('ro,nocopy')).resolves.toBe('711 0 .')
  })

  it('puts its own content, owner and mode onto the volume without, and the agent then refuses to use it', async () => {
    // What is in memory only stays there as long as a container mounts it.
    const mount = `${volume.name}:/run/secrets:ro,nocopy`
    const holder = await docker(['run', '--detach', '--volume', mount, busyboxImage, 'sleep', '600'])
    try {
      expect(await look('ro')).toBe('755 10001 . stale')
      const { code, output } = runDocker([
        ...[
          'run',
          '--rm',
          '--cap-drop',
          'ALL',
          '--cap-add',
          'CHOWN',
          '--volume',
          `${volume.name}:/run/secrets`,
        ],
        ...[testImage, 'once', '--secret', 'x=file:/etc/passwd', '--owner', '10001'],
      ])
      expect(code).toBe(6)
      expect(output).toMatch(/"\/run\/secrets" .*10001/)
    } finally {
      await docker(['rm', '--force', holder])
    }
  })

  /** Mode and owner of the mounted directory, and the names in it. */
  function look(options: string): Promise<string> {
    const script = 'echo "$(stat -c "%a %u" /run/secrets) . $(ls /run/secrets)"'
    return docker([
      'run',
      '--rm',
      '--volume',
      `${volume.name}:/run/secrets:${options}`,
      image,
      'sh',
      '-c',
      script,
    ])
  }
})

import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createTmpfsVolume } from '../support/containers.ts'
import { docker } from '../support/docker.ts'
import { nodeImage } from '../support/images.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = fileURLToPath(new URL('../support/full-disk-main.ts', import.meta.url))

describe('a real tmpfs', () => {
  it.each(['pages', 'inodes'])(
    'that is out of %s, or has too few of them by any number, keeps the last good and is published on once there is room',
    async kind => {
      await using volume = await createTmpfsVolume('size=256k,nr_inodes=80,mode=1777')
      const printed = await docker([
        ...['run', '--rm', '--network', 'none', '--cap-drop', 'ALL'],
        // The test reads what belongs to others; the agent needs CHOWN alone.
        ...['--cap-add', 'CHOWN', '--cap-add', 'DAC_OVERRIDE'],
        ...['--volume', `${volume.name}:/dev/shm`, '--volume', `${root}:${root}:ro`],
        ...[nodeImage(), 'node', main, kind],
      ])
      const results = printed.split('\n').map(line => JSON.parse(line))
      expect(results.filter(({ wrong }) => wrong.length > 0)).toEqual([])
      for (const { scenario, refusals } of results) {
        if (scenario.includes('rotation of')) expect(refusals).toBeGreaterThan(1)
      }
    },
  )
})

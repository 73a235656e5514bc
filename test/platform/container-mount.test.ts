import { describe, expect, it } from 'vitest'
import { liesOnOwnMount, parseMountInfo } from '../../src/platform/container-mount.ts'

const mountInfo = `\
620 500 0:52 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/l
640 620 0:60 / /run/bootstrap ro,nosuid,nodev - tmpfs tmpfs rw,size=64k
641 620 8:1 /var/lib/x /run/secrets/role\\040id ro,relatime - ext4 /dev/sda1 rw
`

describe('the mounts of a container', () => {
  const mounts = parseMountInfo(mountInfo)

  it('are read with their type, and with blanks in their names', () => {
    expect(mounts).toEqual([
      { point: '/', type: 'overlay' },
      { point: '/run/bootstrap', type: 'tmpfs' },
      { point: '/run/secrets/role id', type: 'ext4' },
    ])
  })

  it('hold a file that is one, or lies below one', () => {
    expect(liesOnOwnMount('/run/bootstrap/secret_id', mounts)).toBe(true)
    expect(liesOnOwnMount('/run/secrets/role id', mounts)).toBe(true)
  })

  it('do not hold a file of the image', () => {
    expect(liesOnOwnMount('/run/secrets/other', mounts)).toBe(false)
    expect(liesOnOwnMount('/run/bootstrap-2/secret_id', mounts)).toBe(false)
  })
})

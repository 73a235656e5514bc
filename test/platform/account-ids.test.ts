import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readAccountIds } from '../../src/platform/account-ids.ts'

it('reads the numbers behind the names of passwd and group, and none where there is no such file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-accounts-'))
  try {
    const file = join(directory, 'passwd')
    writeFileSync(file, 'root:x:0:0:root:/root:/bin/sh\n\n# remark\nbroken:x:?:\nnginx:!:101:101::/:\n')
    expect([...readAccountIds(file)]).toEqual([
      ['root', 0],
      ['nginx', 101],
    ])
    expect(readAccountIds(join(directory, 'absent')).size).toBe(0)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

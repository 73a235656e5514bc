import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cannotRemove } from '../../src/cli/cannot-remove.ts'

it('a file can be removed from a directory of one’s own, and not where the directory takes no writes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'secret_id')
  expect(cannotRemove(file)).toBeUndefined()
  writeFileSync(file, '')
  expect(cannotRemove(file)).toBeUndefined()
  // Nobody may write into /proc/self, root included.
  expect(cannotRemove('/proc/self/status')).toMatch(/^the agent cannot write into "\/proc\/self"$/)
})

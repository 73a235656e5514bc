import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withoutCounterpart } from '../../src/import/without-counterpart.ts'
import { runCommandLine } from '../support/command-line.ts'
import { createTmpfsDirectory } from '../support/tmpfs-directory.ts'

const page = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8')
const block = (kind: string) => new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? ''

describe('docs/migrating.md', () => {
  it('shows what importing its example prints and writes', async () => {
    using directory = createTmpfsDirectory()
    writeFileSync(join(directory.path, 'agent.hcl'), block('hcl'))
    const [, command = ''] = /^`keyturn (import .*)` prints$/m.exec(page) ?? []
    const { code, out } = await runCommandLine(command.split(' '), { directory: directory.path })
    expect(code).toBe(0)
    expect(out.startsWith(block('text'))).toBe(true)
    expect(readFileSync(join(directory.path, 'keyturn/keyturn.yaml'), 'utf8').split('\n\n')[1]).toBe(
      block('yaml'),
    )
  })

  it('names every key that has no counterpart', () => {
    const [, table = ''] = page.split('## What has no counterpart')
    expect(withoutCounterpart.map(({ key }) => key).filter(key => !table.includes(`\`${key}\``))).toEqual([])
  })
})

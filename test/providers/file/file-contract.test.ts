import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileProvider } from '../../../src/providers/file/file.ts'
import { providerContract } from '../../contract/provider-contract.ts'
import { createMemoryJournal } from '../../support/memory-ends.ts'

const notRemote = 'a file has no server between it and the agent'

providerContract('files', {
  without: {
    sealed: notRemote,
    unavailable: notRemote,
    throttled: notRemote,
    silent: notRemote,
    reset: notRemote,
    malformed: 'any bytes are a secret',
  },
  open: async password => {
    const directory = await mkdtemp(join(tmpdir(), 'keyturn-contract-'))
    const path = join(directory, 'secret')
    const put = async (content: string, to = path) => {
      await writeFile(`${to}.new`, content, { mode: 0o400 })
      await rename(`${to}.new`, to)
    }
    const json = (value: string) => JSON.stringify({ password: value, port: 5432 })
    await put(json(password))
    await put(json(password), join(directory, 'forbidden'))
    await chmod(join(directory, 'forbidden'), 0o444)
    let content = json(password)
    return {
      provider: createFileProvider({ type: 'file', name: 'file' }, { journal: createMemoryJournal() }),
      reference: `file:${path}`,
      missing: `file:${directory}/nowhere`,
      forbidden: `file:${directory}/forbidden`,
      credentials: [],
      rotate: async next => {
        content = json(next)
        await put(content)
      },
      remove: () => rm(path),
      misbehave: how => put(how === 'oversized' ? password.repeat(100_000) : content),
      [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
    }
  },
})

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../../src/platform/clock.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { startPublisherProcess } from '../support/publisher-process.ts'
import { group, owner } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'

let target: TmpfsDirectory

beforeEach(() => {
  target = createTmpfsDirectory()
})

afterEach(() => target[Symbol.dispose]())

const start = () => startPublisherProcess({ directory: target.path, owner, group, mode: 0o400 })
const refused = () => `failed another agent uses "${join(target.path, '.keyturn')}"`

function open() {
  return openPublisher({
    stateDirectory: join(target.path, '.keyturn'),
    allowNonTmpfs: [],
    clock: createClock(),
    journal: { record: () => undefined },
  })
}

describe('the lock on the state', () => {
  it('refuses a second agent while the first lives, also while the first is stopped', async () => {
    await using first = start()
    expect(await first.next()).toBe('open')
    await expect(open()).rejects.toMatchObject({
      name: 'PublishError',
      message: `another agent uses "${join(target.path, '.keyturn')}"`,
      hint: expect.stringContaining('a volume of its own'),
    })
    await first.kill('SIGSTOP')
    await using second = start()
    expect(await second.next()).toBe(refused())
  })

  it('does not outlive a killed agent', async () => {
    const first = start()
    expect(await first.next()).toBe('open')
    await first.kill('SIGKILL')
    await using second = start()
    expect(await second.next()).toBe('open')
    expect(readdirSync(join(target.path, '.keyturn/staging'))).toHaveLength(1)
  })

  it('is held by at most one of several that start at once', async () => {
    await using stack = new AsyncDisposableStack()
    const agents = [start(), start(), start()].map(agent => stack.use(agent))
    const said = await Promise.all(agents.map(agent => agent.next()))
    expect(said.filter(line => line === 'open').length).toBeLessThanOrEqual(1)
    expect(said.filter(line => line !== 'open').every(line => line === refused())).toBe(true)
  })

  it('is gone after closing', async () => {
    await (await open()).close()
    expect(readdirSync(join(target.path, '.keyturn/staging'))).toEqual([])
    await (await open()).close()
  })

  it('of a refused agent leaves nothing, and the litter of the living one alone', async () => {
    const first = await open()
    await expect(open()).rejects.toThrow('another agent uses')
    expect(readdirSync(join(target.path, '.keyturn/staging'))).toHaveLength(1)
    await first.close()
  })
})

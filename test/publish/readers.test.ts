import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../../src/platform/clock.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { owner, renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'

let target: TmpfsDirectory

beforeEach(() => {
  target = createTmpfsDirectory()
})

afterEach(() => target[Symbol.dispose]())

interface Observations {
  readonly reads: number
  readonly seen: number
  readonly wrong: readonly string[]
}

/** Reads as applications do, as fast as it can, in a thread of its own, until it is told to stop. */
const reader = `
const { lstatSync, readFileSync, realpathSync } = require('node:fs')
const { parentPort, receiveMessageOnPort, workerData: { directory, owner } } = require('node:worker_threads')
const wrong = new Set()
const seen = new Set()
let reads = 0
const whole = text => /^(\\d+):x{5000}$/.exec(text)?.[1]
parentPort.postMessage('ready')
while (receiveMessageOnPort(parentPort) === undefined) {
  try {
    const { mode, uid } = lstatSync(directory + '/file')
    if ((mode & 0o777) !== 0o400 || uid !== owner) wrong.add('mode ' + mode.toString(8) + ' uid ' + uid)
    const version = whole(readFileSync(directory + '/file', 'utf8'))
    if (version === undefined) wrong.add('a partial file')
    seen.add(version)
    const pinned = realpathSync(directory + '/pair')
    const user = whole(readFileSync(pinned + '/user', 'utf8'))
    const password = whole(readFileSync(pinned + '/password', 'utf8'))
    if (user === undefined || user !== password) wrong.add('a mixed pair')
    reads += 1
  } catch (error) {
    wrong.add(error.message)
  }
}
parentPort.postMessage({ reads, seen: seen.size, wrong: [...wrong] })
`

describe('readers that never stop', () => {
  it('find whole files of one generation, with owner and mode, through hundreds of publications', async () => {
    const publisher = await openPublisher({
      stateDirectory: join(target.path, '.keyturn'),
      allowNonTmpfs: [],
      clock: createClock(),
      journal: { record: () => undefined },
    })
    const publish = (version: number) => {
      const content = `${version}:${'x'.repeat(5000)}`
      return publisher.publish(
        [
          renderedFile(join(target.path, 'file'), content),
          renderedDirectory(join(target.path, 'pair'), { user: content, password: content }),
        ],
        { allOrNothing: false, owedTo: () => [] },
        new AbortController().signal,
      )
    }
    await publish(0)
    const worker = new Worker(reader, { eval: true, workerData: { directory: target.path, owner } })
    const messages = messagesOf(worker)
    await messages.next()
    for (let version = 1; version <= 300; version += 1) expect((await publish(version)).failures).toEqual([])
    worker.postMessage('stop')
    const { reads, seen, wrong } = (await messages.next()).value
    await publisher.close()
    expect(wrong).toEqual([])
    expect(reads).toBeGreaterThan(0)
    expect(seen).toBeGreaterThan(1)
  })
})

async function* messagesOf(worker: Worker): AsyncGenerator<Observations, never> {
  while (true) yield await new Promise<Observations>(resolve => worker.once('message', resolve))
}

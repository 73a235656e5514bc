import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClock } from '../../src/platform/clock.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import type { PublisherSettings } from './publisher-process.ts'
import { renderedDirectory, renderedFile } from './rendered-outputs.ts'

const { directory, ...file }: PublisherSettings = JSON.parse(process.argv[2] ?? '')

try {
  const publisher = await openPublisher({
    stateDirectory: join(directory, '.keyturn'),
    allowNonTmpfs: [],
    clock: createClock(),
    journal: { record: () => undefined },
  })
  console.log('open')
  for await (const word of createInterface(process.stdin)) {
    const outputs = [
      renderedFile(join(directory, 'file'), word, file),
      renderedDirectory(join(directory, 'pair'), { user: word, password: word }, file),
    ]
    const { publication, failures } = await publisher.publish(
      outputs,
      { allOrNothing: false, owedTo: () => [] },
      new AbortController().signal,
    )
    const paths = publication?.outputs.map(({ path }) => path) ?? []
    console.log(['published', ...paths, ...failures.map(({ error }) => error.message)].join(' '))
  }
  await publisher.close()
} catch (error) {
  console.log(`failed ${error instanceof Error ? error.message : error}`)
}

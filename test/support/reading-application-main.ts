// An application that reads its secrets when it starts and on SIGHUP, while a thread of it reads them all the time and looks
// for anything that must never be seen; runs in a container, by Node alone.
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

const volume = '/run/secrets'
const versionIn = (path: string) => /^(\d+):x{5000}$/.exec(readFileSync(path, 'utf8'))?.[1]

/** A pair of one generation: the directory is resolved once. */
function readPair(): string | undefined {
  const pinned = realpathSync(`${volume}/pair`)
  const user = versionIn(`${pinned}/user`)
  return user === versionIn(`${pinned}/password`) ? user : undefined
}

if (isMainThread) {
  let signals = 0
  process.on('SIGHUP', () => {
    signals += 1
    known = readPair()
  })
  let known = readPair()
  let seen: unknown = {}
  new Worker(new URL(import.meta.url)).on('message', message => {
    seen = message
  })
  createServer((_request, response) => {
    response.end(JSON.stringify({ known, signals, ...(seen as object) }))
  }).listen(8080, () => console.log('listening'))
} else {
  const wrong = new Set<string>()
  const versions = new Set<string>()
  let reads = 0
  setInterval(() => {
    const until = Date.now() + 50
    while (Date.now() < until) {
      reads += 1
      try {
        const { mode, uid } = lstatSync(`${volume}/password`)
        if ((mode & 0o7777) !== 0o400 || uid !== process.getuid?.())
          wrong.add(`mode ${mode.toString(8)} of ${uid}`)
        if (versionIn(`${volume}/password`) === undefined) wrong.add('a partial file')
        const version = readPair()
        if (version === undefined) wrong.add('a mixed pair')
        else versions.add(version)
      } catch (error) {
        wrong.add(String(error))
      }
    }
    parentPort?.postMessage({ reads, seen: versions.size, wrong: [...wrong] })
  }, 100)
}

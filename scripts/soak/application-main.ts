// An application that reads all its secrets all the time, looks for what must never be seen, and on SIGHUP takes note of its pairs.
import { readFileSync, realpathSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { directoryOf, documentOf, fileOf, paired, single, versionIn, versionsIn } from './secrets.ts'

export interface Seen {
  readonly reads: number
  readonly signals: number
  /** What must never be seen, and how often it was. */
  readonly wrong: Readonly<Record<string, number>>
  /** The newest version that is published, by secret. */
  readonly published: Readonly<Record<number, number>>
  /** That of the pairs at the last signal. */
  readonly told: Readonly<Record<number, number>>
}

const [target = ''] = process.argv.slice(2)
const published: Record<number, number> = {}
const told: Record<number, number> = {}
const wrong: Record<string, number> = {}
let [reads, signals] = [0, 0]

function note(n: number, version: number | undefined, problem: string): void {
  reads += 1
  if (version === undefined) wrong[problem] = (wrong[problem] ?? 0) + 1
  else if (version < (published[n] ?? 0)) wrong['an older version'] = (wrong['an older version'] ?? 0) + 1
  else published[n] = version
}

/** A directory that is resolved once is of one generation. */
function readPair(n: number): void {
  const pinned = realpathSync(directoryOf(target, n))
  const [user, password] = ['user', 'password'].map(name =>
    versionIn(readFileSync(`${pinned}/${name}`, 'utf8'), n),
  )
  if (user === undefined || password === undefined) note(n, undefined, 'a file that is not whole')
  else note(n, user === password ? user : undefined, 'a pair of two versions')
}

function readAll(): void {
  for (const n of single)
    note(n, versionIn(readFileSync(fileOf(target, n), 'utf8'), n), 'a file that is not whole')
  for (const n of paired) readPair(n)
  const versions = versionsIn(readFileSync(documentOf(target), 'utf8'))
  if (versions === undefined) note(0, undefined, 'a document that is not whole')
  for (const [n, version] of versions ?? []) note(n, version, '')
}

function attempt(read: () => void): void {
  try {
    read()
  } catch (error) {
    const problem = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    wrong[problem] = (wrong[problem] ?? 0) + 1
  }
}

process.on('SIGHUP', () => {
  signals += 1
  for (const n of paired) attempt(() => readPair(n))
  for (const n of paired) told[n] = published[n] ?? 0
})
process.on('message', () => {
  const seen: Seen = { reads, signals, wrong, published, told }
  process.send?.(seen)
})
process.on('disconnect', () => process.exit())
while (true) {
  attempt(readAll)
  await setTimeout(50)
}

import { lstatSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { RenderedOutput } from '../../src/core/output.ts'
import type { Clock, Debt, Publisher, PublishResult } from '../../src/core/ports.ts'
import type { FileSystem } from '../../src/publish/file-system.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { createMemoryJournal } from './memory-ends.ts'
import type { Step } from './publish-scenarios.ts'
import { group } from './rendered-outputs.ts'
import { createTmpfsDirectory } from './tmpfs-directory.ts'

/** What can be seen below the directory: the description of each output in place by its path. */
export type Seen = ReadonlyMap<string, string>

/** A directory on tmpfs, a clock that moves on by a millisecond per operation, and applications that read all the time. */
export interface PublishWorld extends Disposable {
  readonly path: string
  readonly clock: Clock
  /** Empties the directory and forgets what was read and told; from now on exactly these outputs may be seen. */
  reset(outputs: readonly RenderedOutput[]): void
  tick(): void
  open(fileSystem?: FileSystem): Promise<Publisher>
  /** Ends like a killed process: its socket stays. */
  abandon(publisher: Publisher): Promise<void>
  perform(step: Step, publisher: Publisher): Promise<PublishResult | undefined>
  /**
   * Looks at every name, as an application that reads what is there. @throws Error where something is partial, mixed, exposed,
   * belongs to no output, or is missing though it has to stay
   */
  look(): Seen
  /** The path of the output that has a name, itself or as one of what it declares. */
  outputOf(path: string): string
  /** From now on what is seen counts as read, and these outputs have to stay. */
  startReading(staying: readonly string[]): void
  /** Those who have read what is no longer there, and were neither told nor are to be. */
  untold(debts: readonly Debt[]): string[]
  /** Everything that there is, without what differs from run to run: locks, numbers of generations. */
  tree(): string[]
}

export function createPublishWorld(): PublishWorld {
  const target = createTmpfsDirectory()
  const { path } = target
  let elapsedMs = 0
  let legal = new Map<string, Set<string>>()
  let declaredBy = new Map<string, string>()
  let reads = new Map<string, Map<string, number>>()
  let told: Debt[] = []
  let staying: readonly string[] = []
  const uptime = () => 1_000_000 + elapsedMs
  const clock: Clock = {
    now: () => 1_700_000_000_000 + elapsedMs,
    uptime,
    sleep: () => Promise.reject(new Error('a publisher does not wait')),
  }

  const world: PublishWorld = {
    path,
    clock,
    reset(outputs) {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true })
      legal = new Map()
      declaredBy = new Map()
      for (const rendered of outputs) {
        for (const member of [rendered, ...(rendered.further ?? [])]) {
          const { path: name } = member.output
          legal.set(name, (legal.get(name) ?? new Set()).add(descriptionOf(member)))
          declaredBy.set(name, rendered.output.path)
        }
      }
      world.startReading([])
      told = []
    },
    tick() {
      elapsedMs += 1
    },
    open: fileSystem =>
      openPublisher({
        stateDirectory: join(path, '.keyturn'),
        allowNonTmpfs: [],
        clock,
        journal: createMemoryJournal(),
        fileSystem,
      }),
    async abandon(publisher) {
      const staging = join(path, '.keyturn/staging')
      for (const name of readdirSync(staging)) {
        if (name.startsWith('lock-')) renameSync(join(staging, name), join(staging, 'lock-of-the-dead'))
      }
      await publisher.close()
    },
    async perform(step, publisher) {
      if (step === 'mark complete') await publisher.markComplete()
      else if (step === 'tell') {
        for (const debt of publisher.debts()) {
          told.push(debt)
          await publisher.settle(debt)
        }
      } else if (step === 'collect') {
        // Twice, for what could not be found out the first time counts from then on.
        for (const _again of [1, 2]) {
          elapsedMs += 60_000
          await publisher.collect()
        }
      } else if ('prune' in step) await publisher.prune({ outputs: step.prune, notifiers: ['app'] })
      else {
        const options = { allOrNothing: step.allOrNothing ?? false, owedTo: () => ['app'] }
        return publisher.publish(step.publish, options, new AbortController().signal)
      }
      return undefined
    },
    look() {
      const seen = lookAt(path, legal)
      for (const name of staying) if (!seen.has(name)) throw new Error(`${name} is missing`)
      for (const [name, description] of seen) {
        reads.set(name, (reads.get(name) ?? new Map()).set(description, uptime()))
      }
      return seen
    },
    outputOf: name => declaredBy.get(name) ?? name,
    startReading(outputs) {
      reads = new Map()
      staying = outputs
    },
    untold(debts) {
      const seen = world.look()
      const knowing = [...told, ...debts].map(({ publication }) => publication)
      return [...seen].flatMap(([name, current]) =>
        [...(reads.get(name) ?? [])]
          .filter(([description]) => description !== current)
          .filter(
            ([, readAt]) =>
              !knowing.some(
                ({ outputs, publishedUptimeMs }) =>
                  publishedUptimeMs >= readAt && outputs.some(output => output.path === world.outputOf(name)),
              ),
          )
          .map(([description]) => `${name}: ${description}`),
      )
    },
    tree: () => treeOf(path),
    [Symbol.dispose]: () => target[Symbol.dispose](),
  }
  return world
}

/** As `describe` finds it on disk. */
function descriptionOf({ output, contents }: RenderedOutput): string {
  const files = output.files.map(({ name, mode, owner, group }, index) => {
    return `${name} ${mode.toString(8)} ${owner}:${group} ${Buffer.from(contents[index] ?? []).toString()}`
  })
  return files.sort().join('\n')
}

function lookAt(directory: string, legal: ReadonlyMap<string, ReadonlySet<string>>): Seen {
  const seen = new Map<string, string>()
  const visit = (path: string) => {
    const status = lstatSync(path, { throwIfNoEntry: false })
    const expected = legal.get(path)
    if (status === undefined) return
    if (expected !== undefined) {
      const description = status.isSymbolicLink()
        ? describeFiles(join(path, '..', readlinkSync(path)))
        : describeFile('', path)
      if (!expected.has(description)) throw new Error(`${path} shows ${description}`)
      seen.set(path, description)
    } else if (status.isDirectory() && [...legal.keys()].some(name => name.startsWith(`${path}/`))) {
      expectAtMost(path, 0o711)
      for (const name of readdirSync(path)) visit(join(path, name))
    } else throw new Error(`${path} belongs to no output`)
  }
  for (const name of readdirSync(directory)) {
    if (name === '.keyturn') lookAtOwn(join(directory, name), legal)
    else visit(join(directory, name))
  }
  return seen
}

/** What the agent keeps for itself is closed, and its generations hold nothing but files that may be seen. */
function lookAtOwn(own: string, legal: ReadonlyMap<string, ReadonlySet<string>>): void {
  expectAtMost(own, 0o711)
  for (const name of readdirSync(own)) {
    expectAtMost(join(own, name), { staging: 0o700, generations: 0o711, state: 0o600 }[name] ?? 0)
  }
  const files = new Set(
    [...legal.values()].flatMap(descriptions => [...descriptions].flatMap(one => one.split('\n'))),
  )
  const generations = join(own, 'generations')
  if (lstatSync(generations, { throwIfNoEntry: false }) === undefined) return
  for (const name of readdirSync(generations)) {
    const found = describeFiles(join(generations, name)).split('\n')
    for (const file of found) if (file !== '' && !files.has(file)) throw new Error(`${name} holds ${file}`)
  }
}

function expectAtMost(path: string, wanted: number): void {
  const { mode, uid } = lstatSync(path)
  if ((mode & 0o7777 & ~wanted) !== 0) throw new Error(`${path} has mode ${(mode & 0o7777).toString(8)}`)
  if (uid !== process.geteuid?.()) throw new Error(`${path} belongs to ${uid}`)
}

function describeFiles(directory: string): string {
  const found: string[] = []
  const visit = (path: string) => {
    for (const name of readdirSync(path)) {
      const child = join(path, name)
      if (lstatSync(child).isDirectory()) visit(child)
      else found.push(describeFile(relative(directory, child), child))
    }
    const { gid } = lstatSync(path)
    expectAtMost(path, 0o750)
    if (gid !== group) throw new Error(`${path} is of group ${gid}`)
  }
  visit(directory)
  return found.sort().join('\n')
}

function describeFile(name: string, path: string): string {
  const { mode, uid, gid } = lstatSync(path)
  return `${name} ${(mode & 0o7777).toString(8)} ${uid}:${gid} ${readFileSync(path, 'utf8')}`
}

function treeOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(name => !name.startsWith('.keyturn/staging/lock-'))
    .map(name => {
      const path = join(directory, name)
      const status = lstatSync(path)
      const what = status.isSymbolicLink()
        ? readlinkSync(path)
        : status.isFile() && !path.endsWith('/state')
          ? readFileSync(path, 'utf8')
          : ''
      return [name, status.mode.toString(8), status.uid, status.gid, what]
        .join(' ')
        .replaceAll(/([0-9a-f]{12})-\d+/g, '$1')
    })
    .sort()
}

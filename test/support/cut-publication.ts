import { expect } from 'vitest'
import type { Debt, Publisher } from '../../src/core/ports.ts'
import type { Scenario, Step } from './publish-scenarios.ts'
import type { PublishWorld, Seen } from './publish-world.ts'
import {
  createTracedFileSystem,
  type Operation,
  systemError,
  type TracedFileSystem,
} from './traced-file-system.ts'

/** May throw in place of an operation, given how many came before it. */
export type Fault = (operation: Operation, index: number) => void

/** What a scenario comes to when nothing is cut. */
export interface CleanRun {
  readonly operations: readonly Operation[]
  /** What can be seen before it and after each of its steps, but for what goes: that goes last, and one by one. */
  readonly landmarks: readonly string[]
  /** Outputs that are there before and after. */
  readonly staying: readonly string[]
  /** Outputs that are there after it. */
  readonly remaining: readonly string[]
  readonly tree: readonly string[]
  readonly debts: unknown
}

export interface Attempt {
  /** Undefined where it could not be opened. */
  readonly publisher: Publisher | undefined
  readonly operations: readonly Operation[]
}

export async function runClean(world: PublishWorld, scenario: Scenario): Promise<CleanRun> {
  const seen: Seen[] = []
  const { publisher, operations } = await attempt(world, scenario, {
    fault: () => undefined,
    lookFrom: 0,
    staying: [],
    begin: before => seen.push(before),
    async perform(steps, agent) {
      for (const step of steps) {
        await world.perform(step, agent)
        seen.push(world.look())
      }
    },
  })
  if (publisher === undefined) throw new Error('a clean run did not open')
  expect(world.untold(publisher.debts())).toEqual([])
  const debts = comparable(publisher.debts())
  await world.perform('collect', publisher)
  await publisher.close()
  const remaining = [...world.look().keys()]
  return {
    operations: [...operations],
    landmarks: seen.map(at => snapshot(at, remaining)),
    staying: remaining.filter(path => seen[0]?.has(path)),
    remaining,
    tree: world.tree(),
    debts,
  }
}

interface AttemptOptions {
  readonly fault: Fault
  /** The first operation that is looked at: those before it are as in a clean run. */
  readonly lookFrom: number
  readonly staying: readonly string[]
  readonly begin?: (seen: Seen) => void
  readonly perform: (steps: readonly Step[], publisher: Publisher) => Promise<void>
}

/** Brings about what is there before, and then does the scenario's steps with the fault, looking after every operation. */
export async function attempt(
  world: PublishWorld,
  scenario: Scenario,
  { fault, lookFrom, staying, begin, perform }: AttemptOptions,
): Promise<Attempt> {
  world.reset(outputsOf(scenario))
  let armed: Fault = () => undefined
  let first = Number.POSITIVE_INFINITY
  const fileSystem = watched(world, {
    fault: (operation, index) => armed(operation, index),
    looks: index => index >= first,
  })
  const arm = () => {
    fileSystem.operations.length = 0
    world.startReading(staying)
    begin?.(world.look())
    armed = fault
    first = lookFrom
  }
  let publisher: Publisher | undefined
  if (scenario.opens) {
    await leaveBehind(world, scenario)
    arm()
    publisher = await world.open(fileSystem).catch(() => undefined)
  } else {
    publisher = await world.open(fileSystem)
    for (const step of scenario.before) await world.perform(step, publisher)
    arm()
  }
  if (publisher !== undefined) await perform(scenario.steps, publisher)
  const operations = [...fileSystem.operations]
  armed = () => undefined
  expect(fileSystem.wrong).toEqual([])
  return { publisher, operations }
}

/** Lets an earlier agent do what is there before, and die where the scenario says so. */
async function leaveBehind(world: PublishWorld, { before, diesAt }: Scenario): Promise<void> {
  if (before.length === 0) return
  let last = false
  const fileSystem = watched(world, {
    fault: dying(operation => last && (diesAt?.(operation) ?? false)),
    looks: () => false,
  })
  const earlier = await world.open(fileSystem)
  for (const [index, step] of before.entries()) {
    last = index === before.length - 1
    await world.perform(step, earlier)
  }
  await world.abandon(earlier)
}

/** A machine that stops: from the given operation on nothing is done any more; the kernel closes what is open. */
export function dying(isLast: (operation: Operation, index: number) => boolean): Fault {
  let dead = false
  return (operation, index) => {
    dead ||= isLast(operation, index)
    if (dead && operation.name !== 'close') throw systemError('EIO', -5, 'died')
  }
}

export interface WatchedFileSystem extends TracedFileSystem {
  readonly wrong: string[]
}

interface Watch {
  readonly fault?: Fault
  readonly looks?: (index: number) => boolean
}

/** Looks at all that can be seen whenever an operation may have changed it. */
export function watched(
  world: PublishWorld,
  { fault = () => undefined, looks = () => true }: Watch = {},
): WatchedFileSystem {
  const wrong: string[] = []
  const fileSystem = createTracedFileSystem(fault, () => {
    world.tick()
    const operation = fileSystem.operations.at(-1)
    if (operation === undefined || !changing.has(operation.name)) return
    if (!looks(fileSystem.operations.length - 1)) return
    try {
      world.look()
    } catch (error) {
      wrong.push(`after ${operation.name} ${operation.args[0]}: ${error}`)
    }
  })
  return Object.assign(fileSystem, { wrong })
}

const changing: ReadonlySet<Operation['name']> = new Set<Operation['name']>([
  ...(['makeDirectory', 'removeDirectory', 'unlink', 'symlink', 'rename'] as const),
  ...(['createFile', 'write', 'fchmod', 'fchown'] as const),
])

/** Does the steps: what is published is exactly what can be seen to have changed. */
export async function perform(
  world: PublishWorld,
  steps: readonly Step[],
  publisher: Publisher,
): Promise<void> {
  for (const step of steps) {
    const before = world.look()
    const result = await world.perform(step, publisher)
    const after = world.look()
    if (result === undefined) continue
    const published = result.publication?.outputs.map(({ path }) => path) ?? []
    const changedPaths = [...after.keys()].filter(path => after.get(path) !== before.get(path))
    const changed = [...new Set(changedPaths.map(world.outputOf))]
    expect(published.toSorted()).toEqual(changed.toSorted())
  }
}

interface Repair {
  readonly scenario: Scenario
  readonly clean: CleanRun
  readonly publisher: Publisher
}

/** Who comes after does what is left to do, ends as a clean run ends, and leaves its successor nothing to do or to tell. */
export async function expectRepaired(
  world: PublishWorld,
  { scenario, clean, publisher }: Repair,
): Promise<void> {
  await perform(world, scenario.steps, publisher)
  expect(world.untold(publisher.debts())).toEqual([])
  const debts = comparable(publisher.debts())
  expect(debts).toEqual(clean.debts)
  await world.perform('collect', publisher)
  await publisher.close()
  expect(world.tree()).toEqual(clean.tree)

  const successor = await world.open()
  expect(comparable(successor.debts())).toEqual(debts)
  await perform(world, scenario.steps, successor)
  expect(comparable(successor.debts())).toEqual(scenario.steps.includes('tell') ? [] : debts)
  await successor.close()
  expect(world.tree()).toEqual(clean.tree)
}

export function snapshot(seen: Seen, paths: readonly string[]): string {
  return paths.map(path => `${path}: ${seen.get(path)}`).join('\n')
}

function comparable(debts: readonly Debt[]): unknown {
  return debts.map(({ notifier, publication: { outputs } }) => ({
    notifier,
    outputs: outputs.map(({ path, first }) => `${path} ${first}`).toSorted(),
  }))
}

function outputsOf({ before, steps }: Scenario) {
  return [...before, ...steps].flatMap(step =>
    typeof step === 'object' && 'publish' in step ? step.publish : [],
  )
}

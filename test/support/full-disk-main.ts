// Publishes on a tmpfs at /dev/shm that is full but for a few pages, or out of inodes but for a few; runs in a container. Prints for each
// scenario how often it was refused, and what was wrong.
import { closeSync, openSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { publishScenarios, type Scenario } from './publish-scenarios.ts'
import { createPublishWorld } from './publish-world.ts'
import { createTracedFileSystem } from './traced-file-system.ts'

const filler = '/dev/shm/filler'
const [, , kind] = process.argv
using world = createPublishWorld()

for (const scenario of publishScenarios(world.path).filter(({ diesAt }) => diesAt === undefined)) {
  const { tree: clean, failures: none } = await run(scenario, () => undefined)
  const wrong: string[] = none > 0 ? ['it fails on an empty disk'] : []
  let refusals = 0
  for (let free = 0; ; free += 1) {
    try {
      const { failures, tree } = await run(scenario, () => leave(free))
      if (!isDeepStrictEqual(tree, clean)) wrong.push(`${free} free: it left ${tree.join(', ')}`)
      if (failures === 0) break
      refusals += 1
    } catch (error) {
      wrong.push(`${free} free: ${error}`)
      break
    }
  }
  console.log(JSON.stringify({ scenario: scenario.name, refusals, wrong }))
}

/** The steps on what `fill` leaves of the disk, and again once there is room. */
async function run(
  { before, steps }: Scenario,
  fill: () => void,
): Promise<{ failures: number; tree: string[] }> {
  const outputs = [...before, ...steps].flatMap(step =>
    typeof step === 'object' && 'publish' in step ? step.publish : [],
  )
  world.reset(outputs)
  const wrong: unknown[] = []
  const fileSystem = createTracedFileSystem(undefined, () => {
    world.tick()
    try {
      world.look()
    } catch (error) {
      wrong.push(error)
    }
  })
  const publisher = await world.open(fileSystem)
  for (const step of before) await world.perform(step, publisher)
  world.startReading([])
  world.look()

  fill()
  let failures = 0
  try {
    for (const step of steps) failures += (await world.perform(step, publisher))?.failures.length ?? 0
  } finally {
    empty()
  }
  for (const step of steps) {
    const again = await world.perform(step, publisher)
    if ((again?.failures.length ?? 0) > 0) wrong.push('it fails though there is room')
  }
  wrong.push(...world.untold(publisher.debts()))
  await world.perform('collect', publisher)
  await publisher.close()
  if (wrong.length > 0) throw wrong[0]
  return { failures, tree: world.tree() }
}

function leave(free: number): void {
  const { bavail, ffree, bsize } = statfsSync('/dev/shm')
  if (kind === 'pages') writeFileSync(filler, Buffer.alloc((bavail - free) * bsize))
  else for (let inode = free; inode < ffree; inode += 1) closeSync(openSync(`${filler}-${inode}`, 'w'))
}

function empty(): void {
  rmSync(filler, { force: true })
  for (let inode = 0; inode < statfsSync('/dev/shm').files; inode += 1)
    rmSync(`${filler}-${inode}`, { force: true })
}

import { afterAll, describe, expect, it } from 'vitest'
import { attempt, dying, expectRepaired, runClean, snapshot, watched } from '../support/cut-publication.ts'
import { publishScenarios, type Scenario } from '../support/publish-scenarios.ts'
import { createPublishWorld } from '../support/publish-world.ts'

const world = createPublishWorld()
afterAll(() => world[Symbol.dispose]())

async function expectSurvived(scenario: Scenario): Promise<void> {
  const clean = await runClean(world, scenario)
  for (const [cut, operation] of clean.operations.entries()) {
    const where = `${cut}: ${operation.name} ${operation.args[0]}`
    const { publisher } = await attempt(world, scenario, {
      fault: dying((_operation, index) => index >= cut),
      lookFrom: cut,
      staying: clean.staying,
      async perform(steps, agent) {
        for (const step of steps) await world.perform(step, agent).catch(() => undefined)
      },
    })
    if (publisher !== undefined) await world.abandon(publisher)

    const fileSystem = watched(world)
    const next = await world.open(fileSystem)
    expect(clean.landmarks, where).toContain(snapshot(world.look(), clean.remaining))
    expect(world.untold(next.debts()), where).toEqual([])
    await expectRepaired(world, { scenario, clean, publisher: next }).catch((cause: Error) => {
      throw new Error(where, { cause })
    })
    expect(fileSystem.wrong, where).toEqual([])
  }
}

const scenarios = publishScenarios(world.path)

describe('an agent that dies at any file operation', () => {
  it.each(scenarios)(
    'of $name leaves the old or the new, which the next one completes and tells',
    expectSurvived,
    60_000,
  )

  it('leaves no directory too narrow to pass, whatever the umask', async () => {
    const umask = process.umask(0o077)
    try {
      for (const scenario of scenarios.filter(({ before }) => before.length === 0))
        await expectSurvived(scenario)
    } finally {
      process.umask(umask)
    }
  }, 60_000)
})

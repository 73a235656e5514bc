import { afterAll, describe, expect, it } from 'vitest'
import { attempt, dying, expectRepaired, runClean, snapshot, watched } from '../support/cut-publication.ts'
import { publishScenarios } from '../support/publish-scenarios.ts'
import { createPublishWorld } from '../support/publish-world.ts'

const world = createPublishWorld()
afterAll(() => world[Symbol.dispose]())

describe('an agent that dies at any file operation', () => {
  it.each(publishScenarios(world.path))(
    'of $name leaves the old or the new, which the next one completes and tells',
    async scenario => {
      const clean = await runClean(world, scenario)
      for (const [cut, operation] of clean.operations.entries()) {
        const where = `${cut}: ${operation.name} ${operation.args[0]}`
        const { publisher } = await attempt(world, scenario, {
          fault: dying((_operation, index) => index >= cut),
          staying: clean.staying,
          async perform(steps, agent) {
            for (const step of steps) await world.perform(step, agent).catch(() => undefined)
          },
        })
        if (publisher !== undefined) await world.abandon(publisher)

        const fileSystem = watched(world)
        const next = await world.open(fileSystem)
        expect(clean.landmarks, where).toContain(snapshot(world.look()))
        expect(world.untold(next.debts()), where).toEqual([])
        await expectRepaired(world, { scenario, clean, publisher: next })
        expect(fileSystem.wrong, where).toEqual([])
      }
    },
  )
})

import { expect, it } from 'vitest'
import { type Happening, simulateFleet } from '../../scripts/fleet/simulate.ts'

// A small fleet is less even than a large one, so its bounds are wider than those of docs/operations.md; equal seeds make equal runs.
it('a fleet does not stampede: at a restart, after an outage, at a rotation', {
  timeout: 120_000,
}, async () => {
  const happenings: Happening[] = []
  const settings = {
    agents: 150,
    secretsEach: 20,
    refreshMs: 60_000,
    limitPerSecond: 75,
    retryAfterMs: 1_000,
  }
  for await (const happening of simulateFleet({ ...settings, seed: 1 }, 120_000)) happenings.push(happening)
  expect(happenings.map(({ name }) => name)).toEqual([
    'all restart at once',
    'the server returns after 2 minutes',
    'a secret that all share rotates',
  ])
  for (const { secondsUntilFresh, peakOverMean, laterOverSteady } of happenings) {
    expect(secondsUntilFresh).toBeLessThan(150)
    expect(peakOverMean).toBeLessThan(4)
    expect(laterOverSteady).toBeLessThan(2)
  }
})

// Random sequences of everything that can happen to an agent, over the real agent and the real publisher: the clock, the
// backend, the file system and the applications are in memory. What holds at every instant stands in invariants.ts.
//
// KEYTURN_MODEL_RUNS sets how many, KEYTURN_MODEL_SEED which. One that fails is made as short as it can be and printed as a test
// to paste into found.test.ts, where it fails the same way: with a debt skipped where one is owed already (src/publish/debts.ts),
// seed 1 prints
//
//   it('app has read an earlier /v/tls, and nothing will tell it', () => replay(0, async world => {
//     await world.start()
//     await world.kill(0)
//     await world.rotate('a')
//     await world.slow(700)
//     await world.start()
//     await world.deafen('app', 0)
//     await world.wait(1000)
//   }))
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { messageOf } from '../../src/core/errors.ts'
import { replay } from './replay.ts'
import { anySequence, type Step, scriptOf, take } from './steps.ts'

const { KEYTURN_MODEL_RUNS, KEYTURN_MODEL_SEED } = process.env
const runs = Number(KEYTURN_MODEL_RUNS ?? 2_000)
const seed = Number(KEYTURN_MODEL_SEED ?? Date.now() % 2 ** 31)

it(`whatever happens in whatever order, the guarantees hold (${runs} sequences, seed ${seed})`, {
  timeout: Math.max(300_000, runs * 200),
}, async () => {
  const sequence = fc.record({ seed: fc.nat(), steps: anySequence() })
  const property = fc.asyncProperty(sequence, ({ seed: worldSeed, steps }) =>
    replay(worldSeed, async world => {
      for (const step of steps) await take(world, step)
    }),
  )
  const { stackTraceLimit } = Error
  // A sequence aborts and fails a thousand times, and nobody reads the stacks.
  Error.stackTraceLimit = 0
  const { counterexample, errorInstance } = await fc.check(property, { numRuns: runs, seed })
  Error.stackTraceLimit = stackTraceLimit
  const [failing] = counterexample ?? []
  expect(failing === undefined ? 'none fails' : scriptOfTest(failing, errorInstance)).toBe('none fails')
})

function scriptOfTest(
  { seed: worldSeed, steps }: { seed: number; steps: readonly Step[] },
  error: unknown,
): string {
  return [
    `it('${messageOf(error)}', () => replay(${worldSeed}, async world => {`,
    scriptOf(steps),
    '}))',
  ].join('\n')
}

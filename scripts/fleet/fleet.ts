// Simulates a fleet: npm run fleet [-- --agents 10000 --seed 1]. Ten thousand agents take a quarter of an hour and 6 GB of memory.
import { parseArgs } from 'node:util'
import { isMainThread, Worker } from 'node:worker_threads'
import { type Happening, simulateFleet } from './simulate.ts'

if (isMainThread) {
  new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
    // Ten thousand agents need more memory than a thread has by itself.
    resourceLimits: { maxOldGenerationSizeMb: 14_000, maxYoungGenerationSizeMb: 256 },
  })
} else {
  // Thousands of errors a second, whose origin is no question.
  Error.stackTraceLimit = 0
  await simulate()
}

async function simulate(): Promise<void> {
  const { values } = parseArgs({
    options: {
      agents: { type: 'string', default: '10000' },
      secrets: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  })
  const agents = Number(values.agents)
  const limitPerSecond = agents / 2
  console.log(
    `${agents} agents with ${values.secrets} secrets each, polled every 60 s; the server answers ${limitPerSecond} requests a second, then 429 with Retry-After: 1`,
  )
  const happenings = simulateFleet(
    {
      agents,
      secretsEach: Number(values.secrets),
      refreshMs: 60_000,
      limitPerSecond,
      retryAfterMs: 1_000,
      seed: Number(values.seed),
    },
    600_000,
  )
  for await (const happening of happenings) print(happening, limitPerSecond)
}

function print(
  { name, perSecond, secondsUntilFresh, refused, peakOverMean, laterOverSteady }: Happening,
  limitPerSecond: number,
): void {
  console.log(`\n${name}`)
  for (let start = 0; start + 10 <= perSecond.length; start += 10) {
    const mean = perSecond.slice(start, start + 10).reduce((total, count) => total + count, 0) / 10
    const bar = '█'.repeat(Math.round((mean / limitPerSecond) * 40))
    console.log(`  ${String(start).padStart(4)} s ${mean.toFixed(0).padStart(6)} requests/s ${bar}`)
  }
  console.log(`  all fresh after ${secondsUntilFresh} s; refused ${refused}`)
  console.log(`  busiest second over the mean until then: ${peakOverMean.toFixed(2)} (at most 3)`)
  console.log(`  busiest 10 s afterwards over a fleet at rest: ${laterOverSteady.toFixed(2)} (at most 1.5)`)
}

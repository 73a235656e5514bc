import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { functionGroups, loadFunctions } from '../../src/template/functions.ts'
import { Choices } from '../support/choices.ts'
import type { FuzzCase } from '../support/fuzz-case.ts'
import { startFuzzWorker } from '../support/fuzz-worker.ts'
import { valuesOf, withCanaries } from '../support/hostile-values.ts'
import { mutated } from '../support/mutate-template.ts'
import { templateOf } from '../support/template-grammar.ts'

// At length: KEYTURN_FUZZ_RUNS=200000 KEYTURN_FUZZ_SEED=2 npm test -- --lane unit test/template/fuzz.test.ts

/** Of each property. */
const numRuns = Number(process.env['KEYTURN_FUZZ_RUNS'] ?? 4_000)
const seed = Number(process.env['KEYTURN_FUZZ_SEED'] ?? 1)
/** A thousand times what a case takes. */
const hangsAfterMs = 20_000
const timeout = 90_000 + numRuns * 60

interface Vector {
  readonly template: string
  readonly left?: string
  readonly right?: string
  readonly dotJson?: string
  readonly secretsJson?: string
}

const vectors = vectorsIn('../vectors/')
const functions = await loadFunctions(functionGroups.flatMap(({ names }) => names))
const material = { templates: vectors.map(({ template }) => template), functions: [...functions.keys()] }
const worker = startFuzzWorker({ hangsAfterMs })
afterAll(() => worker[Symbol.asyncDispose]())

describe(`of ${numRuns} cases each from seed ${seed} none hangs, crashes or shows a value`, () => {
  it('where the template is made by a grammar', { timeout }, () =>
    check((choices, values) => ({
      way: choices.of(['offline', 'agent']),
      missingKey: choices.of(['zero', 'error', 'zero']),
      maxSteps: choices.once(50) ? 500_000 : undefined,
      data: valuesOf(values),
      secrets: '{}',
      template: templateOf(choices, functions),
    })),
  )

  it('where it is one of the vectors changed', { timeout }, () =>
    check((choices, values) => {
      const { template, left, right, dotJson, secretsJson } = choices.among(vectors) ?? { template: '' }
      return {
        way: choices.of(['offline', 'agent', 'offline']),
        data: dotJson === undefined || choices.once(4) ? valuesOf(values) : withCanaries(dotJson, values),
        secrets: withCanaries(secretsJson ?? '{}', values),
        left,
        right,
        template: mutated(template, choices, material),
      }
    }),
  )

  it('where it is no template at all', { timeout }, () =>
    check((choices, values) => {
      const other = choices.among(vectors)?.template ?? ''
      return {
        way: 'offline',
        data: valuesOf(values),
        secrets: '{}',
        template: Array.from({ length: 8 }, () => mutated(other, choices, material)).join(''),
      }
    }),
  )

  it('where values are written in a format', { timeout }, () =>
    check(
      (_, values) => ({ way: 'formats', data: valuesOf(values), secrets: '{}', template: '' }),
      Math.ceil(numRuns / 8),
    ),
  )
})

async function check(caseOf: (choices: Choices, values: Choices) => FuzzCase, runs = numRuns): Promise<void> {
  const number = fc.noBias(fc.nat(0xffff))
  const decisions = (maxLength: number) => fc.array(number, { minLength: 20, maxLength, size: 'max' })
  await fc.assert(
    fc.asyncProperty(decisions(150), decisions(60), async (numbers, values) => {
      const fuzzCase = caseOf(new Choices(numbers), new Choices(values))
      const verdict = await worker.verdictOn(fuzzCase)
      if (verdict !== 'rendered' && verdict !== 'refused') {
        expect.fail(`${verdict}\n${JSON.stringify(fuzzCase).slice(0, 4_000)}`)
      }
    }),
    // What hangs is not shrunk for ever.
    { numRuns: runs, seed, interruptAfterTimeLimit: timeout - 30_000, markInterruptAsFailure: true },
  )
}

function vectorsIn(directory: string): readonly Vector[] {
  const folder = new URL(directory, import.meta.url)
  const files = readdirSync(folder).filter(name => name.endsWith('.json'))
  return files.flatMap(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
}

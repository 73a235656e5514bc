import { closeSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import {
  attempt,
  type CleanRun,
  expectRepaired,
  type Fault,
  perform,
  runClean,
} from '../support/cut-publication.ts'
import { publishScenarios, type Scenario } from '../support/publish-scenarios.ts'
import { createPublishWorld } from '../support/publish-world.ts'
import { type Operation, systemError } from '../support/traced-file-system.ts'

const world = createPublishWorld()
afterAll(() => world[Symbol.dispose]())

type Name = Operation['name']

const ofPaths: readonly Name[] = ['lstat', 'typeOf', 'readDirectory', 'readLink', 'readFile', 'openDirectory']
const changing: readonly Name[] = [
  ...(['makeDirectory', 'removeDirectory', 'unlink', 'symlink', 'rename', 'createFile'] as const),
]
const ofFiles: readonly Name[] = ['fstat', 'write', 'fsync', 'fchmod', 'fchown', 'close']

interface Kind {
  readonly errno: number
  /** The operations that can fail in this way. */
  readonly names: readonly Name[]
  /** What is full, read-only or exhausted stays so for a while. */
  readonly lasts: boolean
}

const kinds: Readonly<Record<string, Kind>> = {
  ENOSPC: {
    errno: -28,
    names: ['makeDirectory', 'symlink', 'rename', 'createFile', 'write', 'fsync'],
    lasts: true,
  },
  EIO: { errno: -5, names: [...ofPaths, ...changing, ...ofFiles], lasts: false },
  EACCES: { errno: -13, names: [...ofPaths, ...changing], lasts: false },
  EROFS: { errno: -30, names: [...changing, 'fchmod', 'fchown'], lasts: true },
  EMFILE: { errno: -24, names: ['readDirectory', 'readFile', 'openDirectory', 'createFile'], lasts: true },
}

describe.each(Object.keys(kinds))('%s at any file operation', code => {
  const { errno, names, lasts } = kinds[code] ?? { errno: 0, names: [], lasts: false }

  /** Of one operation, or of all of its kind from there on, as a disk that is full stays full. */
  const failing = (cut: number, lasting: boolean): Fault => {
    return ({ name, args }, index) => {
      if (!names.includes(name) || !(lasting ? index >= cut : index === cut)) return
      // The kernel closes a file whatever it says.
      if (name === 'close') closeSync(Number(args[0]))
      throw systemError(code, errno, name)
    }
  }

  it.each(publishScenarios(world.path))(
    'of $name keeps the last good, tells of what is new, and is made good by the next attempt',
    async scenario => {
      const clean = await runClean(world, scenario)
      for (const [cut, { name, args }] of clean.operations.entries()) {
        if (!names.includes(name)) continue
        for (const lasting of lasts ? [false, true] : [false]) {
          await expectHarmless(scenario, {
            clean,
            cut,
            fault: failing(cut, lasting),
          }).catch((error: Error) => {
            throw new Error(`${code} of ${cut}: ${name} ${args[0]}${lasting ? ' and after' : ''}`, {
              cause: error,
            })
          })
        }
      }
    },
    60_000,
  )
})

interface Harm {
  readonly clean: CleanRun
  readonly cut: number
  readonly fault: Fault
}

async function expectHarmless(scenario: Scenario, { clean, cut, fault }: Harm): Promise<void> {
  const { publisher } = await attempt(world, scenario, {
    fault,
    lookFrom: cut,
    staying: clean.staying,
    perform: (steps, agent) => perform(world, steps, agent),
  })
  const agent = publisher ?? (await world.open())
  expect(world.untold(agent.debts())).toEqual([])
  await expectRepaired(world, { scenario, clean, publisher: agent })
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTmpfsDirectory } from '../support/tmpfs-directory.ts'
import { openWorld, type World } from './world.ts'

/** Lets a sequence happen, and then everything be well again. Rejects with what does not hold. */
export async function replay(seed: number, happen: (world: World) => Promise<void>): Promise<void> {
  using directory = createTmpfsDirectory()
  mkdirSync(join(directory.path, '.keyturn/staging'), { recursive: true })
  const world = openWorld(seed, directory.path)
  try {
    await happen(world)
    await world.heal()
  } finally {
    await world.close()
  }
}

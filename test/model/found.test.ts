import { it } from 'vitest'
import { replay } from './replay.ts'

// What any-order.test.ts has found, as short as it could be made. The seed decides about jitter.

it('told to end while it still waits with the first reads of a restart, the agent ends', () =>
  replay(0, async world => {
    await world.start()
    await world.kill(0)
    await world.start()
    await world.terminate()
  }))

it('of a first start that one output kept from being complete, the others appear with it once it can be published', () =>
  replay(0, async world => {
    await world.fillDisk(6)
    await world.start()
  }))

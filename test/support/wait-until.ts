import { setTimeout as wait } from 'node:timers/promises'

/** Resolves as soon as `condition` is true. The test's own timeout ends a wait that is in vain. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(5)
}

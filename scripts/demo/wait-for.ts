import { setTimeout } from 'node:timers/promises'

/** Asks until there is an answer; what throws meanwhile is not there yet. Rejects after 20 s, naming what did not happen. */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined)
    if (answer !== undefined) return answer
    await setTimeout(5)
  }
  throw new Error(`did not happen within ${withinMs / 1_000} s: ${what}`)
}

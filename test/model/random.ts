import type { Random } from '../../src/core/ports.ts'

/** Equal for equal seeds. @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md (mulberry32) */
export function createRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

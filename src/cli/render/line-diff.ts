/** Lines of the old text and of the new one that differ; either of the two may be none. From 0, the end excluded. */
export interface Hunk {
  readonly oldStart: number
  readonly oldEnd: number
  readonly newStart: number
  readonly newEnd: number
}

/** Beyond this many comparisons what differs is one hunk. */
const maxCells = 4_000_000

/** Where two texts differ, by their longest common subsequence of lines. */
export function diffLines(older: readonly string[], newer: readonly string[]): Hunk[] {
  let start = 0
  while (start < older.length && start < newer.length && older[start] === newer[start]) start += 1
  let [oldEnd, newEnd] = [older.length, newer.length]
  while (oldEnd > start && newEnd > start && older[oldEnd - 1] === newer[newEnd - 1]) {
    oldEnd -= 1
    newEnd -= 1
  }
  if (oldEnd === start && newEnd === start) return []
  if ((oldEnd - start) * (newEnd - start) > maxCells) {
    return [{ oldStart: start, oldEnd, newStart: start, newEnd }]
  }
  const shift = (hunk: Hunk): Hunk => ({
    oldStart: hunk.oldStart + start,
    oldEnd: hunk.oldEnd + start,
    newStart: hunk.newStart + start,
    newEnd: hunk.newEnd + start,
  })
  return hunksBetween(older.slice(start, oldEnd), newer.slice(start, newEnd)).map(shift)
}

function hunksBetween(older: readonly string[], newer: readonly string[]): Hunk[] {
  const common = commonLengths(older, newer)
  const hunks: Hunk[] = []
  let [oldAt, newAt] = [0, 0]
  while (oldAt < older.length || newAt < newer.length) {
    const [oldStart, newStart] = [oldAt, newAt]
    while (oldAt < older.length || newAt < newer.length) {
      if (oldAt < older.length && newAt < newer.length && older[oldAt] === newer[newAt]) break
      const skipsOld = newAt === newer.length || common(oldAt + 1, newAt) >= common(oldAt, newAt + 1)
      if (oldAt < older.length && skipsOld) oldAt += 1
      else newAt += 1
    }
    if (oldAt > oldStart || newAt > newStart) hunks.push({ oldStart, oldEnd: oldAt, newStart, newEnd: newAt })
    while (oldAt < older.length && newAt < newer.length && older[oldAt] === newer[newAt]) {
      oldAt += 1
      newAt += 1
    }
  }
  return hunks
}

/** Of how many lines the longest common subsequence from two places to the ends is. */
function commonLengths(
  older: readonly string[],
  newer: readonly string[],
): (oldAt: number, newAt: number) => number {
  const width = newer.length + 1
  const lengths = new Uint32Array((older.length + 1) * width)
  const at = (oldAt: number, newAt: number) => lengths[oldAt * width + newAt] ?? 0
  for (let i = older.length - 1; i >= 0; i--) {
    for (let j = newer.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        older[i] === newer[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  return at
}

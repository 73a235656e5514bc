import { shortened } from './shortened.ts'

/** The candidate that `word` was probably meant to be, as a hint. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const best = closest(word, candidates)
  return best === undefined ? undefined : `did you mean "${best}"?`
}

/** Nobody mistypes a word of this length in one letter. */
const maxWordLength = 80

/** Of letters: among too many or too long names the first are looked at. */
const mostComparisons = 500_000

function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > maxWordLength) return undefined
  const limit = Math.max(1, Math.floor(word.length / 3))
  const ranked = candidates
    .filter(candidate => candidate.length <= maxWordLength)
    .filter(candidate => Math.abs(candidate.length - word.length) <= limit)
    .slice(0, Math.ceil(mostComparisons / word.length ** 2))
    .map(candidate => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate
}

const maxNames = 12

/** Names for a hint: all of them, or the first and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - maxNames
  const shown = names.slice(0, maxNames).map(shortened).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? at(beforeLast, j - 2) + 1 : Infinity
      row.push(Math.min(change, swap, at(last, j) + 1, at(row, j - 1) + 1))
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}

const maxDistance = 2

/** The candidate that a misspelt name most likely means; undefined where none is near. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.min(maxDistance, Math.floor(name.length / 2)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Levenshtein's. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, character] of [...from].entries()) {
    let previous = index + 1
    const next = [previous]
    for (let column = 1; column <= to.length; column += 1) {
      const substituted = (row[column - 1] ?? 0) + (character === to[column - 1] ? 0 : 1)
      previous = Math.min(previous + 1, (row[column] ?? 0) + 1, substituted)
      next.push(previous)
    }
    row = next
  }
  return row[to.length] ?? 0
}

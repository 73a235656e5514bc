/** Go's white space; JS's would count U+FEFF and leave out U+0085. */
const spacePattern = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

export function isBlank(text: string): boolean {
  return firstNonSpace(text) === text.length
}

/** Without white space at both ends. */
export function trimSpace(text: string): string {
  const start = firstNonSpace(text)
  let end = text.length
  while (end > start && spacePattern.test(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function firstNonSpace(text: string): number {
  let start = 0
  while (start < text.length && spacePattern.test(text.charAt(start))) start += 1
  return start
}

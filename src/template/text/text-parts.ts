import type { Budget } from '../limits.ts'
import { bytewise, escapedByte, joined, runeCount } from './go-string.ts'

/** Go's strings.Split; without a separator, into characters. */
export function splitText(text: string, separator: string, budget: Budget): string[] {
  budget.takeElements(separator === '' ? runeCount(text) : countOf(text, separator) + 1)
  if (separator === '') return [...text]
  return bytewise([text, separator], (all, between) => all.split(between))
}

/** The text before the separator and what follows it, the latter only where it is found. */
export function cutText(text: string, separator: string): string[] {
  return bytewise([text, separator], (all, between) => {
    const at = all.indexOf(between)
    return at < 0 ? [all] : [all.slice(0, at), all.slice(at + between.length)]
  })
}

/** Go's strings.ReplaceAll. */
export function replaceText(
  text: string,
  { from, to, budget }: { readonly from: string; readonly to: string; readonly budget: Budget },
): string {
  const count = from === '' ? runeCount(text) + 1 : countOf(text, from)
  budget.takeBytes(text.length + count * (to.length - from.length))
  // Between characters, and at both ends.
  if (from === '') return joined(text.replace(/(?:)/gu, () => to))
  const [replaced = ''] = bytewise([text, from, to], (all, old, other) => [all.replaceAll(old, () => other)])
  return replaced
}

/** Go's strings.Trim: characters, of which any byte that is not UTF-8 is one and the same. */
export function trimCharacters(text: string, characters: string): string {
  const cut = new Set([...characters].map(characterOf))
  const all = [...text]
  let start = 0
  let end = all.length
  while (start < end && cut.has(characterOf(all[start] ?? ''))) start += 1
  while (end > start && cut.has(characterOf(all[end - 1] ?? ''))) end -= 1
  return all.slice(start, end).join('')
}

export function withoutPrefix(text: string, prefix: string): string {
  const [rest = text] = bytewise([text, prefix], (all, start) => [
    all.startsWith(start) ? all.slice(start.length) : all,
  ])
  return rest
}

export function withoutSuffix(text: string, suffix: string): string {
  const [rest = text] = bytewise([text, suffix], (all, end) => [
    all.endsWith(end) ? all.slice(0, all.length - end.length) : all,
  ])
  return rest
}

function countOf(text: string, part: string): number {
  let count = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1
  return count
}

function characterOf(character: string): string {
  return escapedByte(character.codePointAt(0) ?? 0) === undefined ? character : '\ufffd'
}

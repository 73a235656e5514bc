import { RenderError } from '../../core/errors.ts'
import { bytewise, escapedByte, joined } from '../go-string.ts'
import type { Pass } from '../pass.ts'
import type { FunctionGroup } from '../template-function.ts'
import { List, TypedMap } from '../values.ts'
import { trimSpace } from '../white-space.ts'

/** consul-template's functions of text. The text comes last, for a pipeline. */
export const textFunctions: FunctionGroup = {
  /** `{{ "a\nb" | indent 2 }}` puts two spaces before each line that is not empty. */
  indent: {
    parameters: ['int', 'string'],
    call: ([spaces, text]: readonly [bigint, string], pass) => indent(text, spaces, pass),
  },
  /** `{{ split "," "a,b" | join "-" }}` is `a-b`. */
  join: {
    parameters: ['string', '[]string'],
    call: ([separator, list]: readonly [string, List | null], pass) => {
      const items = list?.items ?? []
      pass.budget.takeBytes(separator.length * items.length)
      return joined(items.join(separator))
    },
  },
  /** `{{ replaceAll "." "-" "a.b" }}` is `a-b`. */
  replaceAll: {
    parameters: ['string', 'string', 'string'],
    call: ([from, to, text]: readonly [string, string, string], pass) => {
      const parts = splitText(text, from)
      // Between empty texts Go counts the ends too.
      const pieces = from === '' ? ['', ...parts, ''] : parts
      pass.budget.takeBytes(to.length * pieces.length)
      return joined(pieces.join(to))
    },
  },
  /** `{{ range split "," "a,b" }}<{{ . }}>{{ end }}` is `<a><b>`. */
  split: {
    parameters: ['string', 'string'],
    call: ([separator, text]: readonly [string, string], pass) => {
      const trimmed = trimSpace(text)
      const parts = trimmed === '' ? [] : splitText(trimmed, separator)
      pass.budget.takeElements(parts.length)
      return new List('[]string', parts)
    },
  },
  /** `{{ (splitToMap "," "=" "a=1,b=2").b }}` is `2`. */
  splitToMap: {
    parameters: ['string', 'string', 'string'],
    call: ([separator, assignment, text]: readonly [string, string, string], pass) => {
      const trimmed = trimSpace(text)
      const parts = trimmed === '' ? [] : splitText(trimmed, separator)
      pass.budget.takeElements(parts.length)
      const entries = parts.flatMap(part => {
        const [key, ...rest] = cut(part, assignment)
        return key === undefined || rest.length === 0 ? [] : [[key, rest.join('')] as const]
      })
      return new TypedMap({ key: 'string', value: 'string' }, entries)
    },
  },
  /** `{{ trim "/" "/a/b/" }}` is `a/b`. */
  trim: {
    parameters: ['string', 'string'],
    call: ([characters, text]: readonly [string, string]) => trim(text, characters),
  },
  /** `{{ trimPrefix "v" "v1.2" }}` is `1.2`. */
  trimPrefix: {
    parameters: ['string', 'string'],
    call: ([prefix, text]: readonly [string, string]) =>
      bytewise([text, prefix], (all, start) => [all.startsWith(start) ? all.slice(start.length) : all])[0],
  },
  /** `{{ trimSuffix ".yml" "x.yml" }}` is `x`. */
  trimSuffix: {
    parameters: ['string', 'string'],
    call: ([suffix, text]: readonly [string, string]) =>
      bytewise([text, suffix], (all, end) => [
        all.endsWith(end) ? all.slice(0, all.length - end.length) : all,
      ])[0],
  },
  /** `{{ trimSpace " a " }}` is `a`. */
  trimSpace: { parameters: ['string'], call: ([text]: readonly [string]) => trimSpace(text) },
}

function indent(text: string, spaces: bigint, { budget }: Pass): string {
  if (spaces < 0n) throw new RenderError('the number of spaces is negative')
  const lines = text.split('\n')
  budget.takeBytes(Number(spaces) * lines.length)
  const prefix = ' '.repeat(Number(spaces))
  return lines.map(line => (line === '' ? '' : prefix + line)).join('\n')
}

/** Go's strings.Split; without a separator, into characters. */
function splitText(text: string, separator: string): string[] {
  if (separator === '') return [...text]
  return bytewise([text, separator], (all, between) => all.split(between))
}

/** The text before the separator and what follows it, the latter only where it is found. */
function cut(text: string, separator: string): string[] {
  return bytewise([text, separator], (all, between) => {
    const at = all.indexOf(between)
    return at < 0 ? [all] : [all.slice(0, at), all.slice(at + between.length)]
  })
}

/** Go's strings.Trim: characters, of which any byte that is not UTF-8 is one and the same. */
function trim(text: string, characters: string): string {
  const cut = new Set([...characters].map(characterOf))
  const all = [...text]
  let start = 0
  let end = all.length
  while (start < end && cut.has(characterOf(all[start] ?? ''))) start += 1
  while (end > start && cut.has(characterOf(all[end - 1] ?? ''))) end -= 1
  return all.slice(start, end).join('')
}

function characterOf(character: string): string {
  return escapedByte(character.codePointAt(0) ?? 0) === undefined ? character : '\ufffd'
}

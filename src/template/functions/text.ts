import { RenderError } from '../../core/errors.ts'
import type { Pass } from '../execute/pass.ts'
import type { FunctionGroup } from '../template-function.ts'
import { joined } from '../text/go-string.ts'
import {
  cutText,
  replaceText,
  splitText,
  trimCharacters,
  withoutPrefix,
  withoutSuffix,
} from '../text/text-parts.ts'
import { trimSpace } from '../text/white-space.ts'
import { List, TypedMap } from '../values/values.ts'

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
    call: ([separator, list]: readonly [string, List | null], { budget }) => {
      const texts = (list?.items ?? []).filter(item => typeof item === 'string')
      return joined(budget.join(texts, separator))
    },
  },
  /** `{{ replaceAll "." "-" "a.b" }}` is `a-b`. */
  replaceAll: {
    parameters: ['string', 'string', 'string'],
    call: ([from, to, text]: readonly [string, string, string], { budget }) =>
      replaceText(text, { from, to, budget }),
  },
  /** `{{ range split "," "a,b" }}<{{ . }}>{{ end }}` is `<a><b>`. */
  split: {
    parameters: ['string', 'string'],
    call: ([separator, text]: readonly [string, string], pass) => {
      const trimmed = trimSpace(text)
      const parts = trimmed === '' ? [] : splitText(trimmed, separator, pass.budget)
      return new List('[]string', parts)
    },
  },
  /** `{{ (splitToMap "," "=" "a=1,b=2").b }}` is `2`. */
  splitToMap: {
    parameters: ['string', 'string', 'string'],
    call: ([separator, assignment, text]: readonly [string, string, string], pass) => {
      const trimmed = trimSpace(text)
      const parts = trimmed === '' ? [] : splitText(trimmed, separator, pass.budget)
      const entries = parts.flatMap(part => {
        const [key, ...rest] = cutText(part, assignment)
        return key === undefined || rest.length === 0 ? [] : [[key, rest.join('')] as const]
      })
      return new TypedMap({ key: 'string', value: 'string' }, entries)
    },
  },
  /** `{{ trim "/" "/a/b/" }}` is `a/b`. */
  trim: {
    parameters: ['string', 'string'],
    call: ([characters, text]: readonly [string, string]) => trimCharacters(text, characters),
  },
  /** `{{ trimPrefix "v" "v1.2" }}` is `1.2`. */
  trimPrefix: {
    parameters: ['string', 'string'],
    call: ([prefix, text]: readonly [string, string]) => withoutPrefix(text, prefix),
  },
  /** `{{ trimSuffix ".yml" "x.yml" }}` is `x`. */
  trimSuffix: {
    parameters: ['string', 'string'],
    call: ([suffix, text]: readonly [string, string]) => withoutSuffix(text, suffix),
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

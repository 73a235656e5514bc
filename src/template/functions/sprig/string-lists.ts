import type { FunctionGroup } from '../../template-function.ts'
import { compareStrings, joined } from '../../text/go-string.ts'
import { splitText } from '../../text/text-parts.ts'
import { itemsOf, List, TypedMap, type Value } from '../../values/values.ts'
import { strslice, strval } from './strval.ts'

/** What sprig has between texts and lists of texts. */
export const sprigStringListFunctions: FunctionGroup = {
  sprig_join: {
    parameters: ['string', 'any'],
    call: ([separator, list]: readonly [string, Value], pass) => {
      const texts = strslice(list, pass)
      return joined(pass.budget.join(texts, separator))
    },
  },
  sprig_sortAlpha: {
    parameters: ['any'],
    call: ([value], pass) => {
      if (itemsOf(value) === undefined) return new List('[]string', [strval(value, pass)])
      const unsorted = strslice(value, pass)
      pass.budget.takeOrder(unsorted)
      const texts = unsorted.toSorted(compareStrings)
      // A list of texts is sorted itself, as there.
      if (value instanceof List && value.type === '[]string') value.items = texts
      return new List('[]string', texts)
    },
  },
  sprig_split: {
    parameters: ['string', 'string'],
    call: ([separator, text]: readonly [string, string], { budget }) =>
      numbered(splitText(text, separator, budget)),
  },
  sprig_splitList: {
    parameters: ['string', 'string'],
    call: ([separator, text]: readonly [string, string], { budget }) => {
      return new List('[]string', splitText(text, separator, budget))
    },
  },
  sprig_splitn: {
    parameters: ['string', 'int', 'string'],
    call: ([separator, limit, text]: readonly [string, bigint, string], { budget }) =>
      numbered(upTo(limit, splitText(text, separator, budget), separator)),
  },
  sprig_toStrings: {
    parameters: ['any'],
    call: ([value], pass) =>
      value instanceof List && value.type === '[]string'
        ? value
        : new List('[]string', strslice(value, pass)),
  },
}

/** `_0`, `_1` and so on. */
function numbered(parts: readonly string[]): TypedMap {
  const entries = parts.map((part, index) => [`_${index}`, part] as const)
  return new TypedMap({ key: 'string', value: 'string' }, entries)
}

/** As Go's strings.SplitN: the last part is what was not split. */
function upTo(limit: bigint, parts: readonly string[], separator: string): readonly string[] {
  if (limit < 0n || limit >= parts.length) return parts
  if (limit === 0n) return []
  const last = Number(limit) - 1
  return [...parts.slice(0, last), joined(parts.slice(last).join(separator))]
}

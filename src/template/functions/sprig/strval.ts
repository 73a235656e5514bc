import { RenderError } from '../../../core/errors.ts'
import type { Pass } from '../../execute/pass.ts'
import { noFlags } from '../../print/format-flags.ts'
import { formatArgument } from '../../print/format-value.ts'
import { joined } from '../../text/go-string.ts'
import { itemsOf, typeName, type Value } from '../../values/values.ts'
import { checkWritable } from '../../values/written-size.ts'

/** The text of a value as sprig makes it: what `%v` prints. */
export function strval(value: Value, { budget }: Pass): string {
  if (typeof value === 'string') return value
  checkWritable([value], budget)
  return joined(formatArgument(value, 'v', noFlags()))
}

/** A list's elements as texts, without those that are nil; of anything else its own text. */
export function strslice(value: Value, pass: Pass): readonly string[] {
  if (value === null || value === undefined) return []
  const items = itemsOf(value)
  if (items === undefined) return [strval(value, pass)]
  pass.budget.takeElements(items.length)
  return items.filter(item => item !== null && item !== undefined).map(item => strval(item, pass))
}

/** @throws RenderError where it is no list */
export function listOf(value: Value): readonly Value[] {
  const items = itemsOf(value)
  if (items === undefined) throw new RenderError(`it takes a list, not ${typeName(value)}`)
  return items
}

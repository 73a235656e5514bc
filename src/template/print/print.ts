import { joined } from '../text/go-string.ts'
import { StructPointer, textOf, type Value } from '../values/values.ts'
import { noFlags } from './format-flags.ts'
import { formatArgument, formatStruct } from './format-value.ts'

/** What `{{ value }}` writes. */
export function printed(value: Value): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return '<no value>'
  if (value instanceof StructPointer && value.fields !== undefined) return formatStruct(value, 'v', noFlags())
  return formatArgument(value, 'v', noFlags())
}

/** Go's fmt.Sprint: a space stands between two operands that are both not strings. */
export function sprint(values: readonly Value[]): string {
  let text = ''
  let previousIsText = true
  for (const value of values) {
    const isText = textOf(value) !== undefined
    if (!isText && !previousIsText) text += ' '
    text += formatArgument(value, 'v', noFlags())
    previousIsText = isText
  }
  return joined(text)
}

/** Go's fmt.Sprintln. */
export function sprintln(values: readonly Value[]): string {
  return joined(`${values.map(value => formatArgument(value, 'v', noFlags())).join(' ')}\n`)
}

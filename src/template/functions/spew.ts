import { RenderError } from '../../core/errors.ts'
import { JsonNumber } from '../../core/json.ts'
import { type FormatFlags, noFlags } from '../print/format-flags.ts'
import { formatArgument } from '../print/format-value.ts'
import { sprintf } from '../print/printf.ts'
import { quoted } from '../print/quote.ts'
import type { FunctionGroup } from '../template-function.ts'
import { byteLength } from '../text/go-string.ts'
import { Channel } from '../values/channel.ts'
import { mapKeys } from '../values/sorted-keys.ts'
import { isMap, itemsOf, StructPointer, textOf, typeName, type Value, valueAt } from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'

/** consul-template's functions for looking at values. Those that print elsewhere than into the output are refused. */
export const spewFunctions: FunctionGroup = {
  /** `{{ spew_sdump "a" }}` is a line `(string) (len=1) "a"`. */
  spew_sdump: {
    parameters: [],
    variadic: 'any',
    call: (args, { budget }) => {
      // The type before each value may take as much as this.
      checkWritable(args, budget, { scalarBytes: 32, indentBytes: 1 })
      return budget.join(
        args.map(value => `${dumped(value, '')}\n`),
        '',
      )
    },
  },
  /** `{{ spew_sprintf "%#v" 5 }}` is `(int)5`. */
  spew_sprintf: {
    parameters: ['string'],
    variadic: 'any',
    call: ([format, ...args]: readonly [string, ...Value[]], { budget }) => {
      return sprintf(format, args, budget, formatted)
    },
  },
  /** Always an error. */
  spew_dump: { parameters: [], variadic: 'any', call: refusePrinting },
  /** Always an error. */
  spew_printf: { parameters: ['string'], variadic: 'any', call: refusePrinting },
}

function refusePrinting(): never {
  throw new RenderError('it would print to the log of the agent', {
    hint: 'spew_sdump and spew_sprintf write into the output',
  })
}

function dumped(value: Value, indent: string): string {
  if (value === null || value === undefined) return '(interface {}) <nil>'
  const type = `(${typeName(value)})`
  const inner = `${indent} `
  if (isMap(value)) {
    const members = mapKeys(value).map(
      key => `${inner}${dumped(key, inner)}: ${dumped(valueAt(value, key), inner)}`,
    )
    if (members.length === 0) return `${type} {\n${indent}}`
    return `${type} (len=${members.length}) {\n${members.join(',\n')}\n${indent}}`
  }
  const items = itemsOf(value)
  if (items?.length === 0) return `${type} {\n${indent}}`
  if (items !== undefined) throw new RenderError('the memory that a list takes cannot be shown')
  const text = textOf(value)
  if (text === undefined) return `${type} ${plain(value)}`
  const shown = value instanceof JsonNumber ? text : quoted(text, { quote: '"', asciiOnly: false })
  return `${type} (len=${byteLength(text)}) ${shown}`
}

/** Like `printf`, but that `%v` takes no width and `%#v` puts the type before each value. */
function formatted(value: Value, verb: string, flags: FormatFlags): string {
  if (verb === 'T') return '*spew.formatState'
  return verb === 'v' ? shownWith(value, flags.sharpV) : formatArgument(value, verb, flags)
}

function shownWith(value: Value, typed: boolean): string {
  if (value === null || value === undefined) return typed ? '(interface {})<nil>' : '<nil>'
  const type = typed ? `(${typeName(value)})` : ''
  const items = itemsOf(value)
  if (items !== undefined) return `${type}[${items.map(item => shownWith(item, typed)).join(' ')}]`
  if (!isMap(value)) return type + plain(value)
  const members = mapKeys(value).map(
    key => `${shownWith(key, false)}:${shownWith(valueAt(value, key), typed)}`,
  )
  return `${type}map[${members.join(' ')}]`
}

function plain(value: Value): string {
  if (value instanceof StructPointer || value instanceof Channel) {
    throw new RenderError('memory addresses cannot be printed')
  }
  return formatArgument(value, 'v', noFlags())
}

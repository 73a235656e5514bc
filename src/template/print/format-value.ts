import { RenderError } from '../../core/errors.ts'
import { JsonNumber } from '../../core/json.ts'
import { Channel } from '../values/channel.ts'
import { Complex } from '../values/complex.ts'
import { mapKeys } from '../values/sorted-keys.ts'
import {
  Integer,
  isMap,
  isNil,
  itemsOf,
  Opaque,
  StructPointer,
  textOf,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { type FormatFlags, padded } from './format-flags.ts'
import {
  formatBoolean,
  formatComplex,
  formatFloatVerb,
  formatInteger,
  formatString,
} from './format-scalar.ts'

/** One argument as Go's fmt prints it: a verb that its type does not have prints an error in its place, never fails. */
export function formatArgument(value: Value, verb: string, flags: FormatFlags): string {
  if (value === undefined || value === null) {
    return verb === 'v' || verb === 'T' ? padded('<nil>', flags) : badVerb(value, verb, flags)
  }
  if (verb === 'T') return formatString(typeName(value), 's', flags) ?? ''
  if (verb === 'w') return badVerb(value, verb, flags)
  if (value instanceof StructPointer && value.fields !== undefined && verb !== 'p') {
    return `&${formatStruct(value, verb, flags)}`
  }
  return formatValue(value, verb, flags)
}

/** A struct without the `&` of its pointer, as an action prints it. */
export function formatStruct(value: StructPointer, verb: string, flags: FormatFlags): string {
  const named = flags.plusV || flags.sharpV
  const fields = [...(value.fields ?? [])].map(
    ([name, field]) => (named ? `${name}:` : '') + formatValue(field, verb, flags),
  )
  return flags.sharpV ? `${value.structType}{${fields.join(', ')}}` : `{${fields.join(' ')}}`
}

function formatValue(value: Value, verb: string, flags: FormatFlags): string {
  // In a list or map a nil is printed the same for every verb, and without width.
  if (value === undefined || value === null) return flags.sharpV ? 'interface {}(nil)' : '<nil>'
  return (
    formatScalar(value, verb, flags) ?? formatCollection(value, verb, flags) ?? badVerb(value, verb, flags)
  )
}

function formatScalar(value: Value, verb: string, flags: FormatFlags): string | undefined {
  const text = textOf(value)
  if (text !== undefined) return formatString(text, verb, flags)
  if (typeof value === 'boolean') return formatBoolean(value, verb, flags)
  if (typeof value === 'bigint') return formatInteger(value, verb, { flags, signed: true })
  if (typeof value === 'number') return formatFloatVerb(value, verb, flags)
  if (value instanceof Complex) return formatComplex(value, verb, flags)
  if (value instanceof Opaque) return formatOpaque(value, verb, flags)
  if (value instanceof Integer) {
    return formatInteger(value.value, verb, { flags, signed: !value.type.startsWith('u') })
  }
  return undefined
}

function formatOpaque({ type, text }: Opaque, verb: string, flags: FormatFlags): string {
  const printed = flags.sharpV ? undefined : formatString(text, verb, flags)
  if (printed === undefined) throw new RenderError(`the inside of ${type} cannot be printed`)
  return printed
}

function formatCollection(value: Value, verb: string, flags: FormatFlags): string | undefined {
  if (value instanceof StructPointer) return formatPointer(value, verb, flags)
  const items = itemsOf(value)
  if (verb === 'p' || value instanceof Channel) throw new RenderError('memory addresses cannot be printed')
  if (items === undefined && !isMap(value)) return undefined
  if (isNil(value) && flags.sharpV) return `${typeName(value)}(nil)`
  const elements = isMap(value)
    ? mapKeys(value).map(
        key => `${formatValue(key, verb, flags)}:${formatValue(valueAt(value, key), verb, flags)}`,
      )
    : (items ?? []).map(item => formatValue(item, verb, flags))
  if (flags.sharpV) return `${typeName(value)}{${elements.join(', ')}}`
  return `${isMap(value) ? 'map' : ''}[${elements.join(' ')}]`
}

function formatPointer(value: StructPointer, verb: string, flags: FormatFlags): string | undefined {
  if (value.fields !== undefined || verb === 'p') throw new RenderError('memory addresses cannot be printed')
  if (verb !== 'v') return undefined
  return flags.sharpV ? `(${typeName(value)})(nil)` : padded('<nil>', flags)
}

/** `%!verb(type=value)`, in which width and the other flags still apply. */
function badVerb(value: Value, verb: string, flags: FormatFlags): string {
  if (value === undefined || value === null) return `%!${verb}(<nil>)`
  const shown = value instanceof JsonNumber ? value.text : value
  return `%!${verb}(${typeName(value)}=${formatArgument(shown, 'v', flags)})`
}

import { RenderError } from '../../core/errors.ts'
import { JsonNumber } from '../../core/json.ts'
import type { Budget } from '../limits.ts'
import {
  integerOf,
  isMap,
  isNil,
  itemsOf,
  type MapValue,
  Opaque,
  StructPointer,
  TypedMap,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'
import { compareStrings } from './go-string.ts'

export interface JsonStyle {
  /** Whether `<`, `>` and `&` are escaped. */
  readonly escapesHtml: boolean
  /** On several lines, indented by two spaces. */
  readonly pretty: boolean
}

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/**
 * JSON as Go's encoding/json writes it.
 * @throws RenderError for what JSON cannot say; LimitError
 */
export function toJson(value: Value, style: JsonStyle, budget: Budget): string {
  checkWritable([value], budget, { indentBytes: style.pretty ? 2 : 0 })
  return write(value, { ...style, budget }, '\n')
}

interface Writing extends JsonStyle {
  readonly budget: Budget
}

function write(value: Value, style: Writing, newline: string): string {
  if (isNil(value)) return writeNil(value)
  if (typeof value === 'string') return quote(value, style)
  if (value instanceof Opaque) return quote(value.encoded, style)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof JsonNumber) return writeNumber(value)
  if (typeof value === 'number') return writeFloat(value)
  const integer = integerOf(value)
  if (integer !== undefined) return String(integer)
  const inner = style.pretty ? `${newline}  ` : ''
  const items = itemsOf(value)
  if (items !== undefined) {
    const written = items.map(item => inner + write(item, style, inner))
    const end = style.pretty ? newline : ''
    return written.length === 0 ? '[]' : `[${style.budget.join(written, ',')}${end}]`
  }
  const separator = style.pretty ? ': ' : ':'
  const members = membersOf(value).map(
    ([name, member]) => `${inner}${quote(name, style)}${separator}${write(member, style, inner)}`,
  )
  return members.length === 0 ? '{}' : `{${style.budget.join(members, ',')}${style.pretty ? newline : ''}}`
}

function writeNil(value: Value): string {
  if (isMap(value)) membersOf(value)
  return 'null'
}

/** Name and value in the order in which Go writes them. */
function membersOf(value: Value): readonly (readonly [name: string, value: Value])[] {
  if (value instanceof StructPointer) return [...(value.fields ?? [])]
  if (!isMap(value) || (value instanceof TypedMap && value.keyType === 'interface {}')) {
    throw new RenderError(`JSON cannot express ${typeName(value)}`)
  }
  return namedKeys(value).map(([name, key]) => [name, valueAt(value, key)] as const)
}

function namedKeys(map: MapValue): readonly (readonly [name: string, key: Value])[] {
  return [...map.keys()]
    .map(key => [String(integerOf(key) ?? key), key] as const)
    .sort(([a], [b]) => compareStrings(a, b))
}

function writeNumber({ text }: JsonNumber): string {
  if (text === '') return '0'
  if (!numberPattern.test(text)) throw new RenderError('JSON cannot express a number that was cut')
  return text
}

/** ECMAScript's text of a number is what Go writes too, but for the negative zero. */
function writeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new RenderError('JSON cannot express an infinite number or none')
  return Object.is(value, -0) ? '-0' : String(value)
}

function quote(text: string, { escapesHtml }: JsonStyle): string {
  const escaped = text.replace(/[\0-\x1f"\\<>&\u2028\u2029]|\p{Cs}/gu, character => {
    if (!escapesHtml && '<>&'.includes(character)) return character
    // A byte that is not UTF-8.
    if (!character.isWellFormed()) return '\\ufffd'
    const code = character.charCodeAt(0)
    return shortEscapes[character] ?? `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}

import { RenderError } from '../../core/errors.ts'
import { JsonNumber } from '../../core/json.ts'
import type { Budget } from '../limits.ts'
import { formatFloat } from '../print/format-float.ts'
import { bytesOfString } from '../text/go-string.ts'
import { asNumber } from '../values/json-number.ts'
import {
  integerOf,
  isMap,
  isNil,
  itemsOf,
  Opaque,
  StructPointer,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { YamlEmitter } from './emitter.ts'
import { compareYamlKeys } from './key-order.ts'
import { resolveScalar } from './resolve.ts'
import type { YamlScalar } from './scalar-style.ts'

/** In YAML 1.1 a number to the base of 60, as a time of day looks like. */
const base60Pattern = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
/** Its order of keys takes so many times as long as that of bytes. */
const orderWork = 8
/** Characters of base64 in a line. */
const lineLength = 70

/**
 * YAML 1.1 as gopkg.in/yaml.v2 2.4.0 writes it.
 * @throws RenderError for what YAML cannot say; LimitError
 */
export function toYaml(value: Value, budget: Budget): string {
  const emitter = new YamlEmitter(budget)
  write(value, emitter)
  return emitter.text
}

function write(value: Value, emitter: YamlEmitter): void {
  const simple = simplified(value)
  const plain = plainText(simple)
  const items = itemsOf(simple)
  if (typeof simple === 'string') emitter.scalar(scalarOf(simple))
  else if (plain !== undefined) emitter.scalar({ text: plain, style: 'plain' })
  else if (items !== undefined) emitter.sequence(items.map(item => () => write(item, emitter)))
  else {
    const members = membersOf(simple, emitter.budget)
    emitter.mapping(members.map(([key, member]) => [() => write(key, emitter), () => write(member, emitter)]))
  }
}

function simplified(value: Value): Value {
  if (value instanceof JsonNumber) return asNumber(value) ?? value.text
  return value instanceof Opaque && value.type !== 'time.Time' ? value.encoded : value
}

function plainText(value: Value): string | undefined {
  if (value instanceof Opaque) return value.encoded
  // A nil map or list is an empty one.
  if (isNil(value) && !isMap(value) && itemsOf(value) === undefined) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return floatText(value)
  const integer = integerOf(value)
  return integer === undefined ? undefined : String(integer)
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf'
  return formatFloat(value, 'g', -1)
}

function membersOf(value: Value, budget: Budget): readonly (readonly [key: Value, value: Value])[] {
  if (value instanceof StructPointer) {
    return [...(value.fields ?? [])].map(([name, field]) => [name.toLowerCase(), field])
  }
  if (!isMap(value)) throw new RenderError(`YAML cannot express ${typeName(value)}`)
  const keys: Value[] = [...value.keys()]
  for (let work = 0; work < orderWork; work += 1) budget.takeOrder(keys)
  return keys.sort(compareYamlKeys).map(key => [key, valueAt(value, key)])
}

function scalarOf(text: string): YamlScalar {
  if (!text.isWellFormed()) {
    const base64 = base64Lines(text)
    return { text: base64, style: base64.includes('\n') ? 'literal' : 'plain', tag: '!!binary' }
  }
  const isText = resolveScalar(text).tag === 'str' && !base60Pattern.test(text)
  return { text, style: text.includes('\n') ? 'literal' : isText ? 'plain' : 'double' }
}

function base64Lines(text: string): string {
  const base64 = Buffer.from(bytesOfString(text)).toString('base64')
  return base64.length < lineLength ? base64 : base64.replace(/.{1,70}/g, '$&\n')
}

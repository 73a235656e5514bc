import { RenderError } from '../../core/errors.ts'
import { type Json, JsonNumber } from '../../core/json.ts'
import { sortedKeys } from '../values/sorted-keys.ts'
import { type Fields, jsonFields } from './fields.ts'

/** TOML 1.0, sorted. Integers stay integers and other numbers floats; what TOML cannot say is refused. */
export async function tomlFormat(): Promise<(fields: Fields) => string> {
  const { stringify } = await import('smol-toml')
  return fields => {
    const table: Record<string, unknown> = Object.create(null)
    for (const [name, value] of jsonFields(fields)) table[name] = tomlValue(value, name)
    return fields.size === 0 ? '' : stringify(table, { numbersAsFloat: true })
  }
}

function tomlValue(value: Json, field: string): unknown {
  if (value === null) throw refusal(field, 'null')
  if (value instanceof JsonNumber) return tomlNumber(value, field)
  if (value instanceof Map) {
    const table: Record<string, unknown> = Object.create(null)
    for (const key of sortedKeys(value)) table[key] = tomlValue(value.get(key) ?? null, field)
    return table
  }
  return Array.isArray(value) ? value.map(item => tomlValue(item, field)) : value
}

function tomlNumber({ text }: JsonNumber, field: string): bigint | number {
  if (/^-?\d+$/.test(text)) {
    const integer = BigInt(text)
    if (BigInt.asIntN(64, integer) !== integer) throw refusal(field, 'an integer of more than 64 bits')
    return integer
  }
  const float = Number(text)
  if (!Number.isFinite(float)) throw refusal(field, 'a number too large for a float')
  return float
}

function refusal(field: string, what: string): RenderError {
  return new RenderError(`field "${field}" holds ${what}, which TOML cannot express`)
}

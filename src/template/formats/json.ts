import { isJsonObject, type Json, JsonNumber } from '../../core/json.ts'
import { sortedKeys } from '../values/sorted-keys.ts'
import { type Fields, jsonFields } from './fields.ts'

/** JSON with sorted keys, two spaces of indentation and a final newline. Numbers keep their text. */
export function formatJson(fields: Fields): string {
  return `${write(jsonFields(fields), '\n')}\n`
}

function write(value: Json, newline: string): string {
  if (value instanceof JsonNumber) return value.text
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  const inner = `${newline}  `
  if (isJsonObject(value)) {
    const members = sortedKeys(value).map(
      key => `${inner}${JSON.stringify(key)}: ${write(value.get(key) ?? null, inner)}`,
    )
    return members.length === 0 ? '{}' : `{${members.join(',')}${newline}}`
  }
  const items = value.map(item => `${inner}${write(item, inner)}`)
  return items.length === 0 ? '[]' : `[${items.join(',')}${newline}]`
}

import { isJsonObject, type JsonObject } from './go-json.ts'
import { refuse } from './refusal.ts'

/** Fields of a request's body, read as leniently as Vault's framework reads them. */
export function textField(body: JsonObject, name: string): string {
  const value = body[name]
  return value === undefined || value === null ? '' : String(value)
}

/** A list, or one string with commas. */
export function listField(body: JsonObject, name: string): string[] {
  const value = body[name]
  if (value === undefined || value === null) return []
  const items = Array.isArray(value) ? value.map(String) : String(value).split(',')
  return items.map(item => item.trim()).filter(item => item !== '')
}

export function flagField(body: JsonObject, name: string, byDefault: boolean): boolean {
  const value = body[name]
  if (value === undefined || value === null) return byDefault
  return value === true || value === 1 || value === 'true' || value === '1'
}

export function numberField(body: JsonObject, name: string): number {
  const value = Number(body[name] ?? 0)
  return Number.isSafeInteger(value)
    ? value
    : refuse(400, `Field validation failed: error converting input for field "${name}"`)
}

/** A map of strings, given as an object or as its JSON text. */
export function mapField(body: JsonObject, name: string): Record<string, string> | null {
  const value = body[name]
  if (value === undefined || value === null || value === '') return null
  const object = typeof value === 'string' ? parseMap(value, name) : value
  if (!isJsonObject(object))
    return refuse(400, `Field validation failed: error converting input for field "${name}"`)
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, String(item)]))
}

function parseMap(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse(400, `Field validation failed: error converting input for field "${name}"`)
  }
}

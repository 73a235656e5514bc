declare global {
  // In V8 since Node 22 (TC39 "JSON.parse source text access"), not yet in TypeScript's library.
  interface JSON {
    rawJSON(text: string): object
    isRawJSON(value: unknown): boolean
    parse(
      text: string,
      revive: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown
  }
}

/** An object as Go's `map[string]any`: without a prototype, so that `__proto__` and `constructor` are keys like others. */
export type JsonObject = Record<string, unknown>

/** A Go struct: encoded in the order of its fields, where a map is sorted. */
export type Struct = ReadonlyMap<string, unknown>

/**
 * Parses JSON as Go's decoder does with `UseNumber`: a number whose text JavaScript would change (1.0, 1e5, integers past
 * 2^53) is kept as written, any other is a plain number. Lone surrogates become U+FFFD.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value, { source }) => {
    if (typeof value === 'number') return String(value) === source ? value : JSON.rawJSON(source ?? 'null')
    if (typeof value === 'string') return value.toWellFormed()
    if (isJsonObject(value)) Object.setPrototypeOf(value, null)
    return value
  })
}

/** Encodes as Go's `encoding/json`: map keys sorted by bytes, no blanks, `<`, `>`, `&` and line separators escaped. */
export function encodeJson(value: unknown): string {
  if (value instanceof Map) return encodeFields([...value])
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(',')}]`
  if (isJsonObject(value)) {
    return encodeFields(
      Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
  }
  if (typeof value === 'string') return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escapeSymbol)
  return JSON.stringify(value ?? null)
}

export function emptyObject(): Record<string, never> {
  return Object.create(null)
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

function encodeFields(fields: readonly (readonly [string, unknown])[]): string {
  const defined = fields.filter(([, value]) => value !== undefined)
  return `{${defined.map(([key, value]) => `${encodeJson(key)}:${encodeJson(value)}`).join(',')}}`
}

function escapeSymbol(symbol: string): string {
  return `\\u${symbol.charCodeAt(0).toString(16).padStart(4, '0')}`
}

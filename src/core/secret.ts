import { RenderError } from './errors.ts'
import { isJsonObject, type Json, type JsonDocument, parseJson } from './json.ts'

/** A secret as its provider answered it. Immutable: a rotation is a new object with another version. */
export interface Secret {
  /** Named fields; a secret without fields of its own has the one field `value`. For a listing, one field per name. */
  readonly fields: ReadonlyMap<string, Field>
  /** Changes exactly when the secret rotated. Shown in status and logs, so it holds nothing of the value. */
  readonly version: string
  readonly lease?: Lease | undefined
  /** In how many milliseconds the backend itself rotates it; 0 where that is overdue. It is read again just after. */
  readonly rotatesInMs?: number | undefined
  /** The backend's whole answer in Vault's response shape, for the template function `secret`. */
  readonly response?: ReadonlyMap<string, Json> | undefined
}

export interface Field {
  /** What a file gets: the string itself, a non-string's JSON text as received, or the bytes of a binary secret. */
  readonly content: string | Uint8Array
  /** What a template sees. */
  readonly value: Json | Uint8Array
}

/** The right to use a secret for a while (Vault: lease_id, lease_duration, renewable). */
export interface Lease {
  /** Enough to end the lease, so it is treated as a credential: never logged. Empty where a secret merely expires. */
  readonly id: string
  readonly ttlMs: number
  readonly renewable: boolean
  /** Tells the sessions of its provider apart: a lease ends with the session in which it was issued. */
  readonly session?: string | undefined
}

/** The fields of a JSON object of `document`. */
export function fieldsOf(document: JsonDocument, object: ReadonlyMap<string, Json>): Map<string, Field> {
  const fields = new Map<string, Field>()
  for (const [name, value] of object) fields.set(name, { content: document.textOf(value), value })
  return fields
}

/**
 * The fields of a secret that came as one text: those of the object if it is a JSON object, else the one field `value`.
 * Bytes are taken as text where they are UTF-8.
 */
export function fieldsOfText(text: string): Map<string, Field> {
  if (/^\s*\{/.test(text)) {
    try {
      const document = parseJson(text)
      if (isJsonObject(document.root)) return fieldsOf(document, document.root)
    } catch {
      // Not JSON after all: a text that begins with a brace is one value.
    }
  }
  return new Map([['value', { content: text, value: text }]])
}

/**
 * The field that a reference or `name.field` asks for; without a name, the only one.
 * @throws RenderError naming the fields that exist, never their values
 */
export function selectField(secret: Secret, field: string | undefined): Field {
  const names = [...secret.fields.keys()]
  const name = field ?? (names.length === 1 ? names[0] : undefined)
  const found = name === undefined ? undefined : secret.fields.get(name)
  if (found !== undefined) return found
  const existing = names.length === 0 ? 'the secret has no fields' : `its fields are ${names.join(', ')}`
  throw new RenderError(
    field === undefined
      ? 'the secret has more than one field, and none is named'
      : `the secret has no field "${field}"`,
    { hint: existing },
  )
}

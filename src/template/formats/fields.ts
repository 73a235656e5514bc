import { RenderError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { Field } from '../../core/secret.ts'
import { sortedKeys } from '../values/sorted-keys.ts'

export type Fields = ReadonlyMap<string, Field>

/** Name and text of each field in the order of the names, which keeps the bytes stable. */
export function textFields(fields: Fields): readonly (readonly [name: string, text: string])[] {
  return sortedKeys(fields).map(name => {
    const content = fields.get(name)?.content ?? ''
    return typeof content === 'string' ? [name, content] : refuseBytes(name)
  })
}

/** Name and value of each field, in the same order. */
export function jsonFields(fields: Fields): ReadonlyMap<string, Json> {
  return new Map(
    sortedKeys(fields).map(name => {
      const value = fields.get(name)?.value ?? null
      return value instanceof Uint8Array ? refuseBytes(name) : [name, value]
    }),
  )
}

function refuseBytes(name: string): never {
  throw new RenderError(`field "${name}" holds bytes that are not text`, {
    hint: 'give it a file of its own with "value"',
  })
}

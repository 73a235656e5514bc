import { JsonNumber } from '../core/json.ts'
import type { Reference } from '../core/reference.ts'
import { type Field, type Secret, selectField } from '../core/secret.ts'
import { stringFromBytes } from './go-string.ts'
import { isPlainMap, List, StructPointer, textOf, type Value } from './values.ts'

/** A secret as `secret` answers it: consul-template's struct, in the order of its declaration. */
export function secretResponse(secret: Secret): Value {
  const response = secret.response ?? new Map<string, Value>([['data', fieldsValue(secret.fields)]])
  const { lease_duration: duration, warnings, data } = Object.fromEntries(response)
  const seconds = duration instanceof JsonNumber ? Math.trunc(Number(duration.text)) : 0
  return new StructPointer(
    'dependency.Secret',
    new Map<string, Value>([
      ['RequestID', textOf(response.get('request_id')) ?? ''],
      ['LeaseID', textOf(response.get('lease_id')) ?? ''],
      ['LeaseDuration', BigInt(seconds)],
      ['Renewable', response.get('renewable') === true],
      ['Data', isPlainMap(data) ? data : new Map<string, Value>()],
      ['Warnings', new List('[]string', Array.isArray(warnings) ? warnings : undefined)],
      ['Auth', new StructPointer('dependency.SecretAuth', undefined)],
      ['WrapInfo', new StructPointer('dependency.SecretWrapInfo', undefined)],
    ]),
  )
}

/** The fields of a secret, or the one field that the reference names. */
export function secretData(secret: Secret, reference: Reference): Value {
  if (reference.field === undefined) return fieldsValue(secret.fields)
  return fieldValue(selectField(secret, reference.field))
}

function fieldsValue(fields: ReadonlyMap<string, Field>): ReadonlyMap<string, Value> {
  return new Map([...fields].map(([name, field]) => [name, fieldValue(field)]))
}

function fieldValue({ value }: Field): Value {
  return value instanceof Uint8Array ? stringFromBytes(value) : value
}

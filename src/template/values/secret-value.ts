import { isJsonObject, type Json, JsonNumber } from '../../core/json.ts'
import type { Reference } from '../../core/reference.ts'
import { type Field, type Secret, selectField } from '../../core/secret.ts'
import { stringFromBytes } from '../text/go-string.ts'
import { isPlainMap, List, StructPointer, TypedMap, textOf, type Value } from './values.ts'

/** A secret as `secret` answers it: consul-template's struct, in the order of its declaration. */
export function secretResponse(secret: Secret): StructPointer {
  const response = secret.response ?? new Map<string, Value>([['data', fieldsValue(secret.fields)]])
  // A write that is answered by nothing.
  if (response.size === 0) return new StructPointer('dependency.Secret', undefined)
  const { warnings, data } = Object.fromEntries(response)
  const auth = secret.response?.get('auth')
  return new StructPointer(
    'dependency.Secret',
    new Map<string, Value>([
      ['RequestID', textOf(response.get('request_id')) ?? ''],
      ['LeaseID', textOf(response.get('lease_id')) ?? ''],
      ['LeaseDuration', secondsOf(response.get('lease_duration'))],
      ['Renewable', response.get('renewable') === true],
      ['Data', isPlainMap(data) ? copyOf(data) : new Map<string, Value>()],
      ['Warnings', new List('[]string', Array.isArray(warnings) ? warnings : undefined)],
      ['Auth', new StructPointer('dependency.SecretAuth', isJsonObject(auth) ? authFields(auth) : undefined)],
      ['WrapInfo', new StructPointer('dependency.SecretWrapInfo', undefined)],
    ]),
  )
}

/** A token that was made, in the order of the declaration. */
function authFields(auth: ReadonlyMap<string, Json>): ReadonlyMap<string, Value> {
  const { policies, metadata } = Object.fromEntries(auth)
  const entries = isJsonObject(metadata) ? metadata : undefined
  return new Map<string, Value>([
    ['ClientToken', textOf(auth.get('client_token')) ?? ''],
    ['Accessor', textOf(auth.get('accessor')) ?? ''],
    ['Policies', new List('[]string', Array.isArray(policies) ? policies : undefined)],
    ['Metadata', new TypedMap({ key: 'string', value: 'string' }, entries)],
    ['LeaseDuration', secondsOf(auth.get('lease_duration'))],
    ['Renewable', auth.get('renewable') === true],
  ])
}

function secondsOf(value: Value): bigint {
  return BigInt(value instanceof JsonNumber ? Math.trunc(Number(value.text)) : 0)
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
  return value instanceof Uint8Array ? stringFromBytes(value) : copyOf(value)
}

/** A template may change the maps it is given, and must not change the secret by it. */
function copyOf(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isPlainMap(value)) return value
  return new Map([...value.keys()].map(key => [key, copyOf(value.get(key))]))
}

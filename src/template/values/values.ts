import { JsonNumber } from '../../core/json.ts'
import type { Method } from '../execute/method.ts'
import { Channel } from './channel.ts'
import { Complex } from './complex.ts'
import { LazyMap } from './lazy-map.ts'

/**
 * What a template computes with: Go's kinds as far as templates can meet them. `undefined` is Go's invalid value (no data
 * at all), `null` a nil interface (a null of the data); a pipeline turns the second into the first.
 */
export type Value =
  | undefined
  | null
  | boolean
  /** Go's `int`. */
  | bigint
  /** Go's `float64`. */
  | number
  /** Bytes, as go-string.ts describes them. */
  | string
  /** `json.Number`, a kind of string. */
  | JsonNumber
  | Integer
  | Complex
  /** `[]interface {}` */
  | readonly Value[]
  | List
  | MapValue
  | Channel
  | StructPointer
  | Opaque

export type MapValue = PlainMap | TypedMap

/** `map[string]interface {}`. Reading a key of a lazy one is what asks for its data. */
export type PlainMap = ReadonlyMap<string, Value> | LazyMap

/** An integer of another type than `int`. */
export class Integer {
  readonly type: string
  readonly value: bigint

  constructor(type: string, value: bigint) {
    this.type = type
    this.value = value
  }
}

/** A slice of another type than `[]interface {}`; a nil slice has no items. */
export class List {
  readonly type: string
  items: readonly Value[]
  readonly isNil: boolean

  constructor(type: string, items: readonly Value[] | undefined) {
    this.type = type
    this.items = items ?? []
    this.isNil = items === undefined
  }
}

/** A map of another type than `map[string]interface {}`; a nil map, of whatever type, has no entries. */
export class TypedMap {
  readonly keyType: string
  readonly valueType: string
  readonly isNil: boolean
  readonly #entries: Map<string, readonly [key: Value, value: Value]>

  /** Of equal keys the last wins; `type` names the types of keys and values as Go does. */
  constructor(
    type: { readonly key: string; readonly value: string },
    entries: Iterable<readonly [key: Value, value: Value]> | undefined,
  ) {
    this.keyType = type.key
    this.valueType = type.value
    this.isNil = entries === undefined
    this.#entries = new Map([...(entries ?? [])].map(entry => [identityOf(entry[0]), entry]))
  }

  get size(): number {
    return this.#entries.size
  }

  /** What stands for a missing key: the zero value of the values' type. */
  get zero(): Value {
    if (this.valueType === 'string') return ''
    if (this.valueType.startsWith('[]')) return new List(this.valueType, undefined)
    const [, key, value] = /^map\[([^\]]*)\](.*)$/.exec(this.valueType) ?? []
    return key === undefined || value === undefined ? null : new TypedMap({ key, value }, undefined)
  }

  /** Whether a string can be a key, and so a field's name. */
  get takesText(): boolean {
    return this.keyType === 'string' || this.keyType === 'interface {}'
  }

  has(key: Value): boolean {
    return this.#entries.has(identityOf(key))
  }

  keys(): Iterable<Value> {
    return [...this.#entries.values()].map(([key]) => key)
  }

  get(key: Value): Value {
    return this.#entries.get(identityOf(key))?.[1]
  }

  set(key: Value, value: Value): void {
    this.#entries.set(identityOf(key), [key, value])
  }
}

/** A pointer to a struct, whose fields have the order of their declaration; a nil pointer has none. */
export class StructPointer {
  readonly structType: string
  readonly fields: ReadonlyMap<string, Value> | undefined
  readonly methods: ReadonlyMap<string, Method>

  constructor(
    structType: string,
    fields: ReadonlyMap<string, Value> | undefined,
    methods: ReadonlyMap<string, Method> = new Map(),
  ) {
    this.structType = structType
    this.fields = fields
    this.methods = methods
  }
}

/** What templates see by its methods alone, such as Go's `time.Time`. */
export class Opaque {
  readonly type: string
  /** What its method String answers, and so what it prints. */
  readonly text: string
  readonly methods: ReadonlyMap<string, Method>
  /** How JSON and YAML write it. */
  readonly encoded: string
  /** The same for those that are deeply equal. */
  readonly identity: string

  constructor(
    type: string,
    {
      text,
      methods,
      encoded = text,
      identity = encoded,
    }: Pick<Opaque, 'text' | 'methods'> & Partial<Pick<Opaque, 'encoded' | 'identity'>>,
  ) {
    this.type = type
    this.text = text
    this.methods = methods
    this.encoded = encoded
    this.identity = identity
  }
}

/** The name of the value's type as Go prints it. */
export function typeName(value: Value): string {
  if (value === undefined || value === null) return '<nil>'
  if (value instanceof Integer || value instanceof List || value instanceof Opaque) return value.type
  if (value instanceof JsonNumber) return 'json.Number'
  if (value instanceof Complex) return 'complex128'
  if (value instanceof StructPointer) return `*${value.structType}`
  if (value instanceof Channel) return `<-chan ${value.elementType}`
  if (value instanceof TypedMap) return `map[${value.keyType}]${value.valueType}`
  if (isList(value)) return '[]interface {}'
  if (isPlainMap(value)) return 'map[string]interface {}'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float64'
    default:
      return 'string'
  }
}

/** Go's truth: everything but the zero value of its kind. */
export function isTrue(value: Value): boolean {
  if (value instanceof Integer) return value.value !== 0n
  if (value instanceof Complex) return value.real !== 0 || value.imaginary !== 0
  if (value instanceof StructPointer) return value.fields !== undefined
  const length = sizeOf(value)
  if (length !== undefined) return length > 0
  // Unlike in JS, NaN is true.
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}

/** Whether it is nil, of whatever type. */
export function isNil(value: Value): boolean {
  if (value instanceof List || value instanceof TypedMap) return value.isNil
  if (value instanceof StructPointer) return value.fields === undefined
  return value === undefined || value === null
}

/** The text of a value of string kind. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof JsonNumber ? value.text : undefined
}

export function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof Integer ? value.value : undefined
}

/** The elements of a slice of any type. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  if (value instanceof List) return value.items
  return isList(value) ? value : undefined
}

/** Whether it is a map of any type; `valueAt` and `mapKeys` read it. */
export function isMap(value: Value): value is MapValue {
  return value instanceof TypedMap || isPlainMap(value)
}

/** Whether it is a `map[string]interface {}`, but for a nil one. */
export function isPlainMap(value: Value): value is PlainMap {
  return value instanceof Map || value instanceof LazyMap
}

/** What the map holds under the key; undefined where it has none. */
export function valueAt(map: MapValue, key: Value): Value {
  if (map instanceof TypedMap) return map.get(key)
  return typeof key === 'string' ? map.get(key) : undefined
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** Equal for what Go holds equal: the same type and the same value. */
function identityOf(key: Value): string {
  if (typeof key === 'string') return `"${key}`
  const shown = integerOf(key) ?? textOf(key) ?? String(key === 0 ? 0 : key)
  return `${typeName(key)} ${shown}`
}

/** Elements of a list or map; for strings whether there are any. */
function sizeOf(value: Value): number | undefined {
  if (isMap(value)) return value.size
  return itemsOf(value)?.length ?? textOf(value)?.length
}

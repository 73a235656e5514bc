import { JsonNumber } from '../core/json.ts'

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
  | StructPointer

/** `map[string]interface {}`. Reading a key of a lazy one is what asks for its data. */
export type MapValue = ReadonlyMap<string, Value> | LazyMap

/** An integer of another type than `int`. */
export class Integer {
  readonly type: string
  readonly value: bigint

  constructor(type: string, value: bigint) {
    this.type = type
    this.value = value
  }
}

export class Complex {
  readonly real: number
  readonly imaginary: number

  constructor(real: number, imaginary: number) {
    this.real = real
    this.imaginary = imaginary
  }
}

/** A slice of another type than `[]interface {}`; a nil slice has no items. */
export class List {
  readonly type: string
  readonly items: readonly Value[]
  readonly isNil: boolean

  constructor(type: string, items: readonly Value[] | undefined) {
    this.type = type
    this.items = items ?? []
    this.isNil = items === undefined
  }
}

/** A map whose values are looked up when they are read. */
export class LazyMap {
  readonly #keys: ReadonlySet<string>
  readonly #read: (key: string) => Value

  constructor(keys: Iterable<string>, read: (key: string) => Value) {
    this.#keys = new Set(keys)
    this.#read = read
  }

  get size(): number {
    return this.#keys.size
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  keys(): Iterable<string> {
    return this.#keys
  }

  get(key: string): Value {
    return this.has(key) ? this.#read(key) : undefined
  }
}

/** A pointer to a struct, whose fields have the order of their declaration; a nil pointer has none. */
export class StructPointer {
  readonly structType: string
  readonly fields: ReadonlyMap<string, Value> | undefined

  constructor(structType: string, fields: ReadonlyMap<string, Value> | undefined) {
    this.structType = structType
    this.fields = fields
  }
}

/** The name of the value's type as Go prints it. */
export function typeName(value: Value): string {
  if (value === undefined || value === null) return '<nil>'
  if (value instanceof Integer || value instanceof List) return value.type
  if (value instanceof JsonNumber) return 'json.Number'
  if (value instanceof Complex) return 'complex128'
  if (value instanceof StructPointer) return `*${value.structType}`
  if (isList(value)) return '[]interface {}'
  if (isMap(value)) return 'map[string]interface {}'
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
  if (value instanceof List) return value.isNil
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

export function isMap(value: Value): value is MapValue {
  return value instanceof Map || value instanceof LazyMap
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** Elements of a list or map; for strings whether there are any. */
function sizeOf(value: Value): number | undefined {
  if (isMap(value)) return value.size
  return itemsOf(value)?.length ?? textOf(value)?.length
}

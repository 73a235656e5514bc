import { RenderError } from '../../core/errors.ts'
import { JsonNumber } from '../../core/json.ts'
import type { Budget } from '../limits.ts'
import { formatFloat } from '../print/format-float.ts'
import { asNumber } from '../values/json-number.ts'
import {
  integerOf,
  isMap,
  isNil,
  itemsOf,
  Opaque,
  StructPointer,
  TypedMap,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { compareStrings } from './go-string.ts'

type Members = readonly (readonly [name: string, value: Value])[]

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/**
 * TOML as github.com/BurntSushi/toml 1.5.0 writes it: plain values before tables, both sorted. What is no map is written as
 * a value alone.
 * @throws RenderError for what TOML cannot say; LimitError
 */
export function toToml(value: Value, budget: Budget): string {
  if (value === undefined || value === null) throw new RenderError('TOML cannot express nil')
  if (isMap(value) && isNil(value)) return ''
  if (isTable(value)) return new TomlWriter(budget).table([], value)
  if (isTableArray(value)) throw new RenderError('a list of tables needs a key')
  return written(value)
}

class TomlWriter {
  readonly #budget: Budget
  #text = ''

  constructor(budget: Budget) {
    this.#budget = budget
  }

  table(key: readonly string[], value: Value): string {
    const members = membersOf(value)
    const isSub = members.map(([, member]) => isTable(member) || isTableArray(member))
    for (const wanted of [false, true]) {
      for (const [index, [name, member]] of members.entries()) {
        if (isSub[index] === wanted && !isNil(member)) this.#member([...key, name], member)
      }
    }
    return this.#text
  }

  #member(key: readonly string[], value: Value): void {
    const indent = '  '.repeat(key.length - 1)
    if (isTable(value)) {
      if (key.length === 1) this.#newline()
      this.#text += `${indent}[${pathText(key)}]`
      this.#budget.checkBytes(this.#text.length)
      this.#newline()
      this.table(key, value)
    } else if (isTableArray(value)) {
      for (const item of itemsOf(value) ?? []) {
        this.#newline()
        this.#text += `${indent}[[${pathText(key)}]]`
        this.#budget.checkBytes(this.#text.length)
        this.#newline()
        this.table(key, item)
      }
    } else this.#text += `${indent}${quotedKey(key.at(-1) ?? '')} = ${written(value)}\n`
    // The whole path stands before each table, the indentation before each line.
    this.#budget.checkBytes(this.#text.length)
  }

  #newline(): void {
    if (this.#text !== '') this.#text += '\n'
  }
}

function isTable(value: Value): boolean {
  if (value instanceof StructPointer) return value.fields !== undefined
  return isMap(value) && !isNil(value)
}

/** @throws RenderError where there is a nil in the list or in a list within it */
function isTableArray(value: Value): boolean {
  const items = itemsOf(value)
  if (items === undefined || items.length === 0) return false
  // All are looked at, for a nil in one of them.
  return items.map(isTableItem).every(Boolean)
}

function isTableItem(item: Value): boolean {
  if (isNil(item)) throw new RenderError('TOML cannot express nil in a list')
  isTableArray(item)
  return isTable(item)
}

function membersOf(value: Value): Members {
  if (value instanceof StructPointer) return [...(value.fields ?? [])]
  if (!isMap(value)) return []
  if (value instanceof TypedMap && value.keyType !== 'string') {
    throw new RenderError(`TOML cannot express ${typeName(value)}`)
  }
  return [...value.keys()]
    .map(key => [String(key), valueAt(value, key)] as const)
    .sort(([a], [b]) => compareStrings(a, b))
}

/** A value on one line. */
function written(value: Value): string {
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Opaque) return value.type === 'time.Time' ? value.encoded : quoted(value.encoded)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof JsonNumber) return writtenNumber(value)
  if (typeof value === 'number') return writtenFloat(value)
  const integer = integerOf(value)
  if (integer !== undefined) return String(integer)
  const items = itemsOf(value)
  if (items !== undefined) return `[${items.map(written).join(', ')}]`
  if (isTable(value)) return inlineTable(value)
  throw new RenderError(`TOML cannot express ${typeName(value)}`)
}

/** As in the original, a nil that comes last leaves its comma. */
function inlineTable(value: Value): string {
  const members = membersOf(value)
  const subs = new Set(members.filter(([, member]) => isTable(member) || isTableArray(member)))
  const direct = members.filter(member => !subs.has(member))
  const all = [...direct, ...subs]
  const parts = all.map(([name, member], index) => {
    if (isNil(member)) return ''
    return `${quotedKey(name)} = ${written(member)}${index === all.length - 1 ? '' : ', '}`
  })
  return `{${parts.join('')}}`
}

function writtenNumber(number: JsonNumber): string {
  const value = number.text === '' ? 0n : asNumber(number)
  if (value === undefined) throw new RenderError('TOML cannot express a number that is too large or was cut')
  return written(value)
}

function writtenFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const text = formatFloat(value, 'f', -1)
  return text.includes('.') ? text : `${text}.0`
}

function pathText(key: readonly string[]): string {
  return key.map(quotedKey).join('.')
}

function quotedKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : quoted(key)
}

function quoted(text: string): string {
  const escaped = text.replace(/[\0-\x1f"\\\x7f]/g, character => {
    return escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}

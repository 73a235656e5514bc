/**
 * JSON without loss: numbers keep their text (1.0 stays 1.0, 64-bit integers stay whole), `__proto__` is a key like
 * others, keys keep their order, and each value can be asked for its text as received.
 */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>

/** A number as it was written. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export interface JsonDocument {
  readonly root: Json
  /** The text of a value of this document as received; a string's is its content, without quotes. */
  textOf(value: Json): string
}

/** As deep as templates may be told to go. */
const maxDepth = 600
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** What a string cannot go on with as it is. */
const stringStop = /["\\\u0000-\u001f]/g
const blankPattern = /[ \t\r\n]*/y

/**
 * Parses RFC 8259 JSON. A lone surrogate escape becomes U+FFFD, as in Go; of equal keys the last wins.
 * @param onValue is told of each value before it is read, and how deep it lies; what it throws ends the parsing
 * @throws SyntaxError naming the offset and nothing of the text, for the text may be a secret.
 */
export function parseJson(text: string, onValue: (depth: number) => void = () => {}): JsonDocument {
  const spans = new WeakMap<object, readonly [start: number, end: number]>()
  let at = 0

  const fail = (problem = 'not valid JSON'): never => {
    throw new SyntaxError(`${problem} at offset ${at}`)
  }
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return fail()
    at = pattern.lastIndex
    return found[0]
  }
  const skipBlanks = () => match(blankPattern)
  const take = (symbol: string): boolean => {
    skipBlanks()
    if (!text.startsWith(symbol, at)) return false
    at += symbol.length
    return true
  }

  const takeString = (): string => {
    const start = at
    if (text[at] !== '"') return fail()
    stringStop.lastIndex = at + 1
    for (let stop = stringStop.exec(text); stop !== null; stop = stringStop.exec(text)) {
      at = stringStop.lastIndex
      if (stop[0] === '"') return text.slice(start, at)
      // What follows is looked at later.
      if (stop[0] === '\\') stringStop.lastIndex += 1
      else break
    }
    at = start
    return fail()
  }

  const readString = (): string => {
    skipBlanks()
    const quoted = takeString()
    if (!quoted.includes('\\')) return quoted.slice(1, -1).toWellFormed()
    try {
      return (JSON.parse(quoted) as string).toWellFormed()
    } catch {
      return fail()
    }
  }

  const readArray = (depth: number): Json => {
    const items: Json[] = []
    if (take(']')) return items
    do items.push(readValue(depth + 1))
    while (take(','))
    return take(']') ? items : fail()
  }

  const readObject = (depth: number): Json => {
    const entries = new Map<string, Json>()
    if (take('}')) return entries
    do {
      const key = readString()
      if (!take(':')) fail()
      entries.set(key, readValue(depth + 1))
    } while (take(','))
    return take('}') ? entries : fail()
  }

  const readValue = (depth: number): Json => {
    if (depth > maxDepth) fail(`JSON that is nested more than ${maxDepth} deep`)
    onValue(depth)
    skipBlanks()
    const start = at
    if (text[at] === '"') return readString()
    if (take('null')) return null
    if (take('true')) return true
    if (take('false')) return false
    if (take('{') || take('[')) {
      const value = text[at - 1] === '{' ? readObject(depth) : readArray(depth)
      spans.set(value as object, [start, at])
      return value
    }
    return new JsonNumber(match(numberPattern))
  }

  const root = readValue(0)
  skipBlanks()
  if (at !== text.length) fail()

  return {
    root,
    textOf(value) {
      if (typeof value === 'string') return value
      if (value instanceof JsonNumber) return value.text
      if (value === null || typeof value === 'boolean') return String(value)
      const span = spans.get(value)
      if (span === undefined) throw new RangeError('the value is not of this document')
      return text.slice(...span)
    },
  }
}

/** The text of a value; parsed again it is equal. */
export function writeJson(value: Json): string {
  if (value instanceof JsonNumber) return value.text
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** True for a JSON object, which is a map here. */
export function isJsonObject(value: Json | undefined): value is ReadonlyMap<string, Json> {
  return value instanceof Map
}

import parser from 'js-hcl-parser'
import { ConfigurationError } from '../core/errors.ts'
import { markKeys, unmark } from './mark-keys.ts'
import { type Block, type Entry, entriesOf, type Origin, type Value } from './tree.ts'

/**
 * Reads HCL by the parser that Vault Agent and consul-template use themselves, compiled to JavaScript.
 * @throws ConfigurationError naming the line
 */
export function readHcl(text: string, file: string): Block {
  const { text: marked, lines } = markKeys(text)
  const answer = parser.parse(marked)
  if (answer.startsWith('unable to')) throw notHcl(file, Number(/At (\d+):\d+:/.exec(answer)?.[1] ?? 1))
  const reader = new MarkedReader(file, lines)
  const entries = reader.entriesOf(JSON.parse(answer))
  // The parser leaves out a key without a value at the end of a file.
  const lost = lines.findIndex((_, number) => !reader.found.has(number))
  if (lost !== -1) throw notHcl(file, lines[lost] ?? 1)
  return { origin: { file, line: 1 }, entries }
}

/** The parser's own messages quote the text, which may hold a credential. */
function notHcl(file: string, line: number): ConfigurationError {
  return new ConfigurationError(`${file}:${line}: this is not valid HCL`, {
    hint: 'the agent itself could not read it either; look for a quote, brace or value that is missing there or above',
  })
}

/** Turns what the parser answers into a tree with lines. */
class MarkedReader {
  readonly found = new Set<number>()
  readonly #file: string
  readonly #lines: readonly number[]

  constructor(file: string, lines: readonly number[]) {
    this.#file = file
    this.#lines = lines
  }

  /** In the order of the text: the parser sorts keys by name. */
  entriesOf(data: object): Entry[] {
    return Object.entries(data)
      .map(([key, value]: [string, unknown]) => ({ ...unmark(key), value }))
      .sort((a, b) => a.number - b.number)
      .flatMap(({ name, number, value }) => {
        this.found.add(number)
        const origin = { file: this.#file, line: this.#lines[number] ?? 1 }
        return entriesOf(name, origin, this.#valueOf(value, origin))
      })
  }

  #valueOf(data: unknown, origin: Origin): Value {
    if (Array.isArray(data)) return data.map(element => this.#valueOf(element, origin))
    if (typeof data === 'object' && data !== null) {
      const entries = this.entriesOf(data)
      return { origin: entries[0]?.origin ?? origin, entries }
    }
    return typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean' ? data : null
  }
}

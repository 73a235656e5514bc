import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { ConfigurationError } from '../core/errors.ts'
import { type Block, type Entry, entriesOf, isBlock, type Origin, type Value } from './tree.ts'

/**
 * Reads a configuration written in JSON. It is read as YAML, of which JSON is a part, for the sake of the lines.
 * @throws ConfigurationError naming the line
 */
export function readJson(text: string, file: string): Block {
  refuseOtherThanJson(text, file)
  const lines = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter: lines, uniqueKeys: false, stringKeys: true })
  const originOf = (node: Node): Origin => ({ file, line: lines.linePos(node.range?.[0] ?? 0).line })

  const entry = (key: Node, value: Node): Entry[] => {
    const name = isScalar(key) ? String(key.value) : ''
    return entriesOf(name, originOf(key), read(value))
  }
  const read = (node: Node): Value => {
    if (isSeq<Node>(node)) return node.items.map(read)
    if (isMap<Node, Node>(node)) {
      const entries = node.items.flatMap(({ key, value }) => (value === null ? [] : entry(key, value)))
      return { origin: originOf(node), entries }
    }
    const value = isScalar(node) ? node.value : null
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  }

  const root = contents === null ? null : read(contents)
  if (isBlock(root)) return root
  throw notJson(file, 1)
}

function refuseOtherThanJson(text: string, file: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    const [, line] = /\(line (\d+)/.exec(error instanceof Error ? error.message : '') ?? []
    throw notJson(file, line === undefined ? text.split('\n').length : Number(line))
  }
}

/** The library's own messages quote the text, which may hold a credential. */
function notJson(file: string, line: number): ConfigurationError {
  return new ConfigurationError(`${file}:${line}: this is not valid JSON`, {
    hint: 'look for a quote, brace or comma that is missing or too much there or above',
  })
}

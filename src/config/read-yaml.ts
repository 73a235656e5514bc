import path from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml'
import type { Place, Problem } from '../core/problem.ts'
import { mayHoldCredential } from './credential.ts'
import type { ConfigurationSource, DataPath, TextPosition } from './source.ts'

/** Reads YAML 1.2, and JSON as a part of it. `file` is absolute. Never throws: what cannot be read is a problem. */
export function readYaml(text: string, file: string): ConfigurationSource {
  const lines = new LineCounter()
  // The library compares each key with all before it; refusedNodes looks each up once.
  const options = { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false }
  const document = parseDocument(text, options)
  let masked: readonly string[] | undefined
  const shownLines = () => (masked ??= maskCredentials(text, document).split(/\r?\n/))

  const placeAt = (offset: number, plus: TextPosition = { line: 1, column: 1 }): Place => {
    const { line, col } = lines.linePos(offset)
    const at = { line: line + plus.line - 1, column: col + plus.column - 1 }
    return { file, ...at, excerpt: shownLines()[at.line - 1] }
  }

  const problems: Problem[] = [
    ...document.errors.map(error => ({ ...placeAt(error.pos[0]), ...explain(error) })),
    ...refusedNodes(document, placeAt),
  ]
  let data: unknown
  if (problems.length === 0) {
    keepModesAsWritten(document)
    try {
      data = document.toJS()
    } catch {
      problems.push({ file, line: 1, column: 1, message: 'the aliases in this file refer to too much' })
    }
  }

  return {
    data,
    directory: path.dirname(file),
    problems,
    place(dataPath, part, within) {
      const node = nodeAt(document, dataPath, part)
      const offset = node?.range?.[0]
      if (offset === undefined) return { file }
      const block = isScalar(node) && node.type === 'BLOCK_LITERAL'
      if (within === undefined || !block) return placeAt(offset)
      // The content of a block begins on the line below the "|".
      const { line } = lines.linePos(offset)
      const indent =
        /^ */.exec(
          shownLines()
            .slice(line)
            .find(content => content.trim() !== '') ?? '',
        )?.[0].length ?? 0
      return placeAt(lines.lineStarts[line - 1] ?? offset, {
        line: within.line + 1,
        column: within.column + indent,
      })
    },
  }
}

/** A mode is octal as written, quoted or not, and YAML 1.2 would read an unquoted 0400 as four hundred. */
function keepModesAsWritten(document: Document): void {
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.value !== 'mode' || !isScalar(pair.value)) return
      if (typeof pair.value.value === 'number') pair.value.value = pair.value.source
    },
  })
}

/** A problem shows its line, and that line may hold a credential which should not be there. */
function maskCredentials(text: string, document: Document): string {
  let masked = text.replaceAll(/(?<=:\/\/)[^\s/@"']+(?=@)/g, stars)
  visit(document, {
    Pair(_, pair, ancestors) {
      const parent = ancestors.at(-1)
      if (!isScalar(pair.key) || !isScalar(pair.value)) return
      const key = String(pair.key.value)
      const signingKey = key === 'secret' && isMap(parent) && parent.has('webhook')
      if (mayHoldCredential(key) || signingKey) masked = maskScalar(masked, pair.value)
    },
  })
  return masked
}

function maskScalar(text: string, { range }: Scalar): string {
  if (!range) return text
  const [start, end] = range
  return text.slice(0, start) + stars(text.slice(start, end)) + text.slice(end)
}

function stars(text: string): string {
  return text.replaceAll(/[^\r\n]/g, '*')
}

/** Aliases of nothing, keys that are there twice, and the key that the data would hold without anybody's seeing it. */
function refusedNodes(document: Document, placeAt: (offset: number) => Place): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return
      problems.push({ ...placeAt(alias.range?.[0] ?? 0), message: 'this alias refers to nothing' })
    },
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) problems.push({ ...placeAt(key.range?.[0] ?? 0), ...duplicateKey })
        seen.add(key.value)
      }
    },
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return
      problems.push({ ...placeAt(key.range?.[0] ?? 0), message: '"__proto__" cannot be a key' })
    },
  })
  return problems
}

/** The node at a path; of what is not there, the key of the nearest that is. */
function nodeAt(document: Document, dataPath: DataPath, part: 'key' | 'value'): Node | null {
  let here: Entry = { key: null, value: document.contents }
  for (const step of dataPath) {
    const next = entryOf(isAlias(here.value) ? here.value.resolve(document) : here.value, step)
    if (next === undefined) return here.key ?? here.value
    here = next
  }
  return part === 'key' ? (here.key ?? here.value) : here.value
}

interface Entry {
  readonly key: Node | null
  readonly value: Node | null
}

function entryOf(container: Node | null | undefined, step: string | number): Entry | undefined {
  if (isMap<Node, Node>(container)) {
    const pair = container.items.find(item => isScalar(item.key) && item.key.value === String(step))
    return pair && { key: pair.key, value: pair.value ?? pair.key }
  }
  if (!isSeq<Node>(container)) return undefined
  const item = container.items[Number(step)]
  return item && { key: item, value: item }
}

const duplicateKey = { message: 'this key is there twice', hint: 'each key may stand once in its mapping' }

const explanations: Readonly<Record<string, { message: string; hint?: string }>> = {
  MULTIPLE_DOCS: {
    message: 'a second document begins here',
    hint: 'keep one document, without a line of "---"',
  },
  TAB_AS_INDENT: { message: 'a tab is used to indent', hint: 'YAML is indented with spaces' },
}

/** The library's own messages may quote the text, and the text may hold a credential. */
function explain(error: YAMLError): { message: string; hint?: string } {
  const text = error.message.split(/:\s/)[0] ?? ''
  const message = text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')
  return explanations[error.code] ?? { message: `this is not valid YAML: ${message}` }
}

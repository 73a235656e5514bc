import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  Parser,
  Scalar,
  type YAMLMap,
} from 'yaml'
import { RenderError } from '../core/errors.ts'
import { stringFromBytes } from './go-string.ts'
import type { Budget } from './limits.ts'
import { TypedMap, type Value } from './values.ts'
import { resolveScalar } from './yaml-scalar.ts'

type Node = ParsedNode | null

const tagPrefix = 'tag:yaml.org,2002:'
const resolvableTags: ReadonlySet<string> = new Set(['bool', 'int', 'float', 'null', 'timestamp'])

/**
 * The first document of a text as gopkg.in/yaml.v2 2.4.0 reads it: YAML 1.1, maps with keys of any scalar type, of equal
 * keys the last one.
 * @throws RenderError with nothing of the text
 */
export function parseYaml(text: string, budget: Budget): Value {
  const root = firstDocument(text)
  if (root === undefined) return null
  return new Decoder(aliasTargets(root), budget).value(root)
}

/** The nodes with nothing resolved; undefined where there is no document. */
function firstDocument(text: string): Node | undefined {
  const composer = new Composer({
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    resolveKnownTags: false,
  })
  for (const { contents, errors } of composer.compose(new Parser().parse(text))) {
    const [error] = errors
    if (error !== undefined) {
      const line = error.linePos?.[0].line
      throw new RenderError(`the text is not valid YAML${line === undefined ? '' : `, in its line ${line}`}`)
    }
    return contents
  }
  return undefined
}

/** What each alias stands for: the last node before it that has the anchor. */
function aliasTargets(root: Node): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Node, Node>()
  const walk = (node: Node): void => {
    if (node === null) return
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) throw new RenderError('the text has an alias without its anchor')
      targets.set(node, target)
      return
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    for (const child of childrenOf(node)) walk(child)
  }
  walk(root)
  return targets
}

function childrenOf(node: ParsedNode): readonly Node[] {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => [key, value])
  return isSeq(node) ? node.items : []
}

/** Decodes nodes as yaml.v2 does into an empty interface. */
class Decoder {
  readonly #targets: ReadonlyMap<Node, Node>
  readonly #budget: Budget
  /** Aliases being decoded. */
  readonly #open = new Set<Node>()
  #decoded = 0
  #aliased = 0

  constructor(targets: ReadonlyMap<Node, Node>, budget: Budget) {
    this.#targets = targets
    this.#budget = budget
  }

  value(node: Node): Value {
    this.#count()
    if (node === null) return null
    if (isAlias(node)) return this.#target(node, target => this.value(target))
    if (isScalar(node)) return scalarValue(node)
    if (isSeq(node)) return node.items.map(item => this.value(item))
    return this.#fill(new TypedMap({ key: 'interface {}', value: 'interface {}' }, []), node)
  }

  /** Of equal keys the last wins; what is merged counts where its `<<` stands. */
  #fill(map: TypedMap, { items }: YAMLMap.Parsed): TypedMap {
    for (const { key, value } of items) {
      if (isMergeKey(key)) {
        this.#merge(map, value)
        continue
      }
      const decoded = this.value(key)
      if (decoded instanceof TypedMap || Array.isArray(decoded)) {
        throw new RenderError('the text has a key that is a list or a map')
      }
      map.set(decoded, this.value(value))
    }
    return map
  }

  #merge(map: TypedMap, value: Node): void {
    // The first of a list takes precedence.
    const sources = isSeq(value) ? value.items.toReversed() : [value]
    for (const source of sources) this.#mergeOne(map, source)
  }

  #mergeOne(map: TypedMap, source: Node): void {
    this.#count()
    if (isAlias(source)) this.#target(source, target => this.#mergeMap(map, target))
    else this.#mergeMap(map, source)
  }

  #mergeMap(map: TypedMap, source: Node): void {
    if (!isMap(source)) throw new RenderError('the text has a "<<" with something else than maps')
    this.#fill(map, source)
  }

  #target<T>(alias: Node, decode: (target: Node) => T): T {
    if (this.#open.has(alias)) throw new RenderError('the text has an anchor that contains itself')
    this.#open.add(alias)
    const result = decode(this.#targets.get(alias) ?? null)
    this.#open.delete(alias)
    return result
  }

  /** yaml.v2's bound on what aliases may multiply, besides our own. */
  #count(): void {
    this.#budget.takeElements(1)
    this.#decoded += 1
    if (this.#open.size > 0) this.#aliased += 1
    if (this.#aliased > 100 && this.#decoded > 1_000 && this.#aliased > 0.99 * this.#decoded) {
      throw new RenderError('the text has too many aliases')
    }
  }
}

function isMergeKey(key: Node): boolean {
  if (!isScalar(key) || key.value !== '<<') return false
  return isPlain(key) || key.tag === `${tagPrefix}merge`
}

function scalarValue(node: Scalar.Parsed): Value {
  const text = typeof node.value === 'string' ? node.value : ''
  const tag = node.tag ?? ''
  if (isPlain(node)) return resolveScalar(text).value
  const kind = tag.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : ''
  if (kind === 'binary') return binary(text)
  return resolvableTags.has(kind) ? tagged(text, kind) : text
}

function isPlain({ tag, type }: Scalar.Parsed): boolean {
  return tag === '!' || (tag === undefined && type === Scalar.PLAIN)
}

/** A scalar whose tag says what it must be. */
function tagged(text: string, kind: string): Value {
  const resolved = resolveScalar(text)
  if (resolved.tag === kind) return resolved.value
  if (kind === 'float' && typeof resolved.value === 'bigint') return Number(resolved.value)
  throw new RenderError(`the text has a value that is no ${kind}, as its tag says`)
}

function binary(text: string): string {
  const digits = text.replace(/[\r\n]+/g, '')
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) {
    throw new RenderError('the text has a binary value that is not base64')
  }
  return stringFromBytes(Buffer.from(digits, 'base64'))
}

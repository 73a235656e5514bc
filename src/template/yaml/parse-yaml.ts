import { RenderError } from '../../core/errors.ts'
import type { Budget } from '../limits.ts'
import { stringFromBytes } from '../text/go-string.ts'
import { TypedMap, type Value } from '../values/values.ts'
import { type MappingNode, parseNodes, type ScalarNode, type YamlNode } from './parse-nodes.ts'
import { resolveScalar } from './resolve.ts'

const tagPrefix = 'tag:yaml.org,2002:'
const resolvableTags: ReadonlySet<string> = new Set(['bool', 'int', 'float', 'null', 'timestamp'])
/** What YAML does not allow in a text, escaped bytes among them. */
const notAllowed = /[^\t\n\r\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/**
 * The first document of a text as gopkg.in/yaml.v2 2.4.0 reads it: YAML 1.1, maps with keys of any scalar type, of equal
 * keys the last one.
 * @throws RenderError with nothing of the text; LimitError
 */
export function parseYaml(text: string, budget: Budget): Value {
  if (notAllowed.test(text))
    throw new RenderError('the text is not valid YAML: control characters are not allowed')
  budget.takeBytes(text.length)
  const root = parseNodes(text.replace(/^\ufeff/, ''), budget)
  return root === undefined ? null : new Decoder(budget).value(root)
}

/** Decodes nodes as yaml.v2 does into an empty interface. */
class Decoder {
  readonly #budget: Budget
  /** Aliases being decoded. */
  readonly #open = new Set<YamlNode>()
  #count = 0
  #aliased = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  value(node: YamlNode): Value {
    return node.kind === 'scalar' ? this.#decoded(node) : this.#budget.deeper(() => this.#decoded(node))
  }

  #decoded(node: YamlNode): Value {
    this.#take()
    switch (node.kind) {
      case 'scalar':
        return scalarValue(node)
      case 'alias':
        return this.#inside(node, () => this.value(node.target))
      case 'sequence':
        return node.items.map(item => this.value(item))
      default:
        return this.#fill(new TypedMap({ key: 'interface {}', value: 'interface {}' }, []), node)
    }
  }

  /** Of equal keys the last wins; what is merged counts where its `<<` stands. */
  #fill(map: TypedMap, { members }: MappingNode): TypedMap {
    for (const [key, value] of members) {
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

  #merge(map: TypedMap, value: YamlNode): void {
    // The first of a list takes precedence.
    const sources = value.kind === 'sequence' ? value.items.toReversed() : [value]
    for (const source of sources) this.#mergeOne(map, source)
  }

  #mergeOne(map: TypedMap, source: YamlNode): void {
    this.#take()
    if (source.kind === 'mapping') this.#fill(map, source)
    else if (source.kind === 'alias' && source.target.kind === 'mapping') {
      this.#budget.deeper(() => this.#inside(source, () => this.#mergeOne(map, source.target)))
    } else throw new RenderError('the text has a "<<" with something else than maps')
  }

  #inside<T>(alias: YamlNode, decode: () => T): T {
    if (this.#open.has(alias)) throw new RenderError('the text has an anchor that contains itself')
    this.#open.add(alias)
    const result = decode()
    this.#open.delete(alias)
    return result
  }

  /** yaml.v2's bound on what aliases may multiply, besides our own. */
  #take(): void {
    this.#budget.takeElements(1)
    this.#count += 1
    if (this.#open.size > 0) this.#aliased += 1
    if (this.#aliased > 100 && this.#count > 1_000 && this.#aliased > 0.99 * this.#count) {
      throw new RenderError('the text has too many aliases')
    }
  }
}

function isMergeKey(key: YamlNode): boolean {
  if (key.kind !== 'scalar' || key.text !== '<<') return false
  return key.isPlain || key.tag === `${tagPrefix}merge`
}

function scalarValue({ text, tag, isPlain }: ScalarNode): Value {
  if (isPlain) return resolveScalar(text).value
  const kind = tag.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : ''
  if (kind === 'binary') return binary(text)
  return resolvableTags.has(kind) ? tagged(text, kind) : text
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

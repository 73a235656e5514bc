import type { Budget } from '../limits.ts'
import type { Tag } from './scan-property.ts'
import { YamlScanner } from './scanner.ts'
import type { YamlToken } from './token.ts'

export type YamlNode =
  | ScalarNode
  | { readonly kind: 'alias'; readonly target: YamlNode }
  | { readonly kind: 'sequence'; readonly items: YamlNode[] }
  | MappingNode

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly text: string
  /** In full; empty where there is none. */
  readonly tag: string
  /** Neither quoted nor tagged, so that its text tells its type. */
  readonly isPlain: boolean
}

export interface MappingNode {
  readonly kind: 'mapping'
  readonly members: [key: YamlNode, value: YamlNode][]
}

const empty: ScalarNode = { kind: 'scalar', text: '', tag: '', isPlain: true }
const afterDocument: readonly string[] = ['directive', 'document start', 'document end', 'stream end']

/**
 * The first document of a text, as libyaml parses it; undefined where there is none.
 * @throws RenderError, LimitError
 */
export function parseNodes(text: string, budget: Budget): YamlNode | undefined {
  return new Parser(text, budget).document()
}

class Parser {
  readonly #scanner: YamlScanner
  readonly #budget: Budget
  readonly #anchors = new Map<string, YamlNode>()
  readonly #prefixes = new Map<string, string>()

  constructor(text: string, budget: Budget) {
    this.#scanner = new YamlScanner(text, budget)
    this.#budget = budget
  }

  document(): YamlNode | undefined {
    const { kind } = this.#scanner.peek()
    if (kind === 'stream end') return undefined
    const isExplicit = kind === 'directive' || kind === 'document start'
    this.#directives()
    if (isExplicit) {
      if (this.#scanner.peek().kind !== 'document start') {
        this.#scanner.fail('did not find expected <document start>')
      }
      this.#scanner.take()
    }
    const isEmpty = isExplicit && afterDocument.includes(this.#scanner.peek().kind)
    const root = isEmpty ? empty : this.#node({ block: true, indentless: false })
    // What follows must be a token, and no more is asked of it.
    this.#scanner.peek()
    return root
  }

  #directives(): void {
    let hasVersion = false
    for (let token = this.#scanner.peek(); token.kind === 'directive'; token = this.#scanner.peek()) {
      this.#scanner.take()
      const { directive } = token
      if (directive.kind === 'tag') {
        if (this.#prefixes.has(directive.handle)) this.#scanner.fail('found duplicate %TAG directive')
        this.#prefixes.set(directive.handle, directive.prefix)
      } else {
        if (hasVersion) this.#scanner.fail('found duplicate %YAML directive')
        if (directive.version !== '1.1') this.#scanner.fail('found incompatible YAML document')
        hasVersion = true
      }
    }
    if (!this.#prefixes.has('!')) this.#prefixes.set('!', '!')
    if (!this.#prefixes.has('!!')) this.#prefixes.set('!!', 'tag:yaml.org,2002:')
  }

  /** @param indentless whether a list may stand as deep as what holds it */
  #node({ block, indentless }: { readonly block: boolean; readonly indentless: boolean }): YamlNode {
    const first = this.#scanner.peek()
    if (first.kind === 'alias') return this.#alias(first.name)
    const { anchor, tag } = this.#properties()
    const { kind } = this.#scanner.peek()
    if (indentless && kind === '-') return this.#sequence(anchor, items => this.#indentless(items))
    if (kind === 'scalar') return this.#anchored(anchor, this.#scalar(this.#scanner.take(), tag))
    if (kind === '[') return this.#sequence(anchor, items => this.#flowSequence(items))
    if (kind === '{') return this.#mapping(anchor, members => this.#flowMapping(members))
    if (block && kind === 'block sequence') return this.#sequence(anchor, items => this.#blockSequence(items))
    if (block && kind === 'block mapping') {
      return this.#mapping(anchor, members => this.#blockMapping(members))
    }
    if (anchor === undefined && tag === '') this.#scanner.fail('did not find expected node content')
    return this.#anchored(anchor, { kind: 'scalar', text: '', tag, isPlain: tag === '' })
  }

  #alias(name: string): YamlNode {
    this.#scanner.take()
    const target = this.#anchors.get(name)
    return target === undefined ? this.#scanner.fail('unknown anchor referenced') : { kind: 'alias', target }
  }

  /** An anchor and a tag, in either order. */
  #properties(): { readonly anchor: string | undefined; readonly tag: string } {
    let anchor: string | undefined
    let tag: string | undefined
    for (;;) {
      const token = this.#scanner.peek()
      if (token.kind === 'anchor' && anchor === undefined) anchor = token.name
      else if (token.kind === 'tag' && tag === undefined) tag = this.#fullTag(token.tag)
      else return { anchor, tag: tag ?? '' }
      this.#scanner.take()
    }
  }

  #fullTag({ handle, suffix }: Tag): string {
    if (handle === '') return suffix
    const prefix = this.#prefixes.get(handle)
    return prefix === undefined ? this.#scanner.fail('found undefined tag handle') : prefix + suffix
  }

  #scalar(token: YamlToken, tag: string): ScalarNode {
    if (!('text' in token)) return empty
    return { kind: 'scalar', text: token.text, tag, isPlain: tag === '' && token.isPlain }
  }

  #anchored<T extends YamlNode>(anchor: string | undefined, node: T): T {
    if (anchor !== undefined) this.#anchors.set(anchor, node)
    return node
  }

  #sequence(anchor: string | undefined, fill: (items: YamlNode[]) => void): YamlNode {
    const items: YamlNode[] = []
    const node = this.#anchored(anchor, { kind: 'sequence' as const, items })
    this.#budget.deeper(() => fill(items))
    return node
  }

  #mapping(anchor: string | undefined, fill: (members: MappingNode['members']) => void): YamlNode {
    const members: MappingNode['members'] = []
    const node = this.#anchored(anchor, { kind: 'mapping' as const, members })
    this.#budget.deeper(() => fill(members))
    return node
  }

  /** The node that follows an indicator, or an empty one where one of these follows. */
  #nodeUnless(ends: readonly string[], context: { block: boolean; indentless: boolean }): YamlNode {
    return ends.includes(this.#scanner.peek().kind) ? empty : this.#node(context)
  }

  #take(kind: string): boolean {
    if (this.#scanner.peek().kind !== kind) return false
    this.#scanner.take()
    return true
  }

  #blockSequence(items: YamlNode[]): void {
    this.#scanner.take()
    while (this.#take('-')) {
      items.push(this.#nodeUnless(['-', 'block end'], { block: true, indentless: false }))
    }
    if (!this.#take('block end')) this.#scanner.fail("did not find expected '-' indicator")
  }

  #indentless(items: YamlNode[]): void {
    while (this.#take('-')) {
      items.push(this.#nodeUnless(['-', '?', ':', 'block end'], { block: true, indentless: false }))
    }
  }

  #blockMapping(members: MappingNode['members']): void {
    const ends = ['?', ':', 'block end']
    const context = { block: true, indentless: true }
    this.#scanner.take()
    while (this.#take('?')) {
      const key = this.#nodeUnless(ends, context)
      members.push([key, this.#take(':') ? this.#nodeUnless(ends, context) : empty])
    }
    if (!this.#take('block end')) this.#scanner.fail('did not find expected key')
  }

  #flowSequence(items: YamlNode[]): void {
    this.#scanner.take()
    for (let isFirst = true; this.#scanner.peek().kind !== ']'; isFirst = false) {
      if (!isFirst && !this.#take(',')) this.#scanner.fail("did not find expected ',' or ']'")
      if (this.#take('?')) items.push(this.#mapping(undefined, members => this.#singlePair(members)))
      else if (this.#scanner.peek().kind !== ']') items.push(this.#node({ block: false, indentless: false }))
    }
    this.#scanner.take()
  }

  /** `key: value` in a list in brackets. */
  #singlePair(members: MappingNode['members']): void {
    const context = { block: false, indentless: false }
    const isEmpty = [':', ',', ']'].includes(this.#scanner.peek().kind)
    // A slip of the original: what follows a key that is empty is lost.
    if (isEmpty) this.#scanner.take()
    const key = isEmpty ? empty : this.#node(context)
    members.push([key, this.#take(':') ? this.#nodeUnless([',', ']'], context) : empty])
  }

  #flowMapping(members: MappingNode['members']): void {
    const context = { block: false, indentless: false }
    this.#scanner.take()
    for (let isFirst = true; this.#scanner.peek().kind !== '}'; isFirst = false) {
      if (!isFirst && !this.#take(',')) this.#scanner.fail("did not find expected ',' or '}'")
      if (this.#take('?')) {
        const key = this.#nodeUnless([':', ',', '}'], context)
        members.push([key, this.#take(':') ? this.#nodeUnless([',', '}'], context) : empty])
      } else if (this.#scanner.peek().kind !== '}') members.push([this.#node(context), empty])
    }
    this.#scanner.take()
  }
}

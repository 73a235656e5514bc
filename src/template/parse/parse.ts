import type { FunctionLookup } from '../functions.ts'
import { Budget, defaultLimits, type Limits } from '../limits.ts'
import { isBlank } from '../text/white-space.ts'
import { unquote } from './literal.ts'
import { type Body, type BranchNode, type Node, ParsedTemplate } from './nodes.ts'
import { ExpressionParser } from './parse-expression.ts'
import { type Delimiters, TokenStream } from './token-stream.ts'

export interface ParseOptions {
  /** For errors: the file's path, or what else tells the reader which template it is. */
  readonly name: string
  readonly functions: FunctionLookup
  /** Default `{{` and `}}`, also where empty. */
  readonly left?: string | undefined
  readonly right?: string | undefined
  readonly limits?: Limits | undefined
}

/**
 * Parses a template of Go's text/template language.
 * @throws TemplateSyntaxError also where it passes a limit
 */
export function parse(text: string, options: ParseOptions): ParsedTemplate {
  const delimiters: Delimiters = { left: options.left || '{{', right: options.right || '}}' }
  const budget = new Budget(options.limits ?? defaultLimits)
  const tokens = new TokenStream({ name: options.name, text, delimiters, budget })
  return new ParsedTemplate({ name: options.name, text, ...new Parser(tokens, options.functions).parse() })
}

/** What ended a body: `else` leaves an `if` or `with` after it to be read. */
type Ending = 'end' | 'else'

class Parser {
  readonly #tokens: TokenStream
  readonly #expressions: ExpressionParser
  readonly #templates = new Map<string, Body>()
  #rangeDepth = 0
  /** What is to be closed by an `end`, the innermost last. */
  readonly #open: { readonly what: string; readonly at: number }[] = []
  #actionAt = 0

  constructor(tokens: TokenStream, functions: FunctionLookup) {
    this.#tokens = tokens
    this.#expressions = new ExpressionParser(tokens, functions)
  }

  parse(): Pick<ParsedTemplate, 'templates' | 'functions'> {
    const body: Node[] = []
    while (this.#tokens.peek().kind !== 'end of file') {
      const mark = this.#tokens.mark
      const isAction = this.#tokens.next().kind === 'left delimiter'
      if (isAction && this.#tokens.nextNonSpace().kind === 'define') {
        this.#define()
        continue
      }
      this.#tokens.seek(mark)
      const node = this.#textOrAction()
      if (typeof node === 'string') this.#tokens.fail(`unexpected {{${node}}}`)
      else body.push(node)
    }
    this.#addTemplate('', body)
    return { templates: this.#templates, functions: this.#expressions.called }
  }

  #define(): void {
    const context = 'define clause'
    const at = this.#tokens.lastAt
    const name = this.#templateName(context)
    this.#tokens.expect(['right delimiter'], context)
    const body = this.#ownScope({ what: 'define', at }, () =>
      this.#tokens.fail(`unexpected {{else}} in ${context}`),
    )
    this.#addTemplate(name, body)
  }

  /** The body of a definition, which sees no variable and no loop around it. */
  #ownScope(clause: { what: string; at: number }, refuseElse: () => never): Body {
    const rangeDepth = this.#rangeDepth
    this.#rangeDepth = 0
    this.#enter(clause)
    const body = this.#expressions.withoutVariables(() => {
      const [nodes, ending] = this.#body()
      return ending === 'end' ? nodes : refuseElse()
    })
    this.#leave()
    this.#rangeDepth = rangeDepth
    return body
  }

  /** A blank body never replaces another one. */
  #addTemplate(name: string, body: Body): void {
    const existing = this.#templates.get(name)
    if (existing === undefined || isBlankBody(existing)) this.#templates.set(name, body)
    else if (!isBlankBody(body)) this.#tokens.fail(`multiple definition of template "${name}"`)
  }

  #body(): [body: Body, ending: Ending] {
    const body: Node[] = []
    while (this.#tokens.peekNonSpace().kind !== 'end of file') {
      const node = this.#textOrAction()
      if (typeof node === 'string') return [body, node]
      body.push(node)
    }
    return this.#tokens.fail('unexpected end of file', this.#unclosed())
  }

  #unclosed(): string | undefined {
    const clause = this.#open.at(-1)
    if (clause === undefined) return undefined
    return `the {{ ${clause.what} }} in line ${this.#tokens.lineAt(clause.at)} is not closed: write {{ end }} where it ends`
  }

  #textOrAction(): Node | Ending {
    const token = this.#tokens.nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', text: token.text, at: token.at }
    if (token.kind !== 'left delimiter') return this.#tokens.unexpected(token, 'input')
    this.#actionAt = token.at
    this.#expressions.actionAt = token.at
    return this.#action()
  }

  #action(): Node | Ending {
    const mark = this.#tokens.mark
    const token = this.#tokens.nextNonSpace()
    switch (token.kind) {
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        return this.#jump(token.kind, token.at)
      case 'else':
        return this.#else()
      case 'end':
        this.#tokens.expect(['right delimiter'], 'end')
        return 'end'
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind, token.at)
      case 'template':
        return this.#template()
    }
    this.#tokens.seek(mark)
    const pipe = this.#expressions.pipeline('command', 'right delimiter')
    return { kind: 'action', pipe, at: pipe.at, end: this.#tokens.lastAt }
  }

  #jump(kind: 'break' | 'continue', at: number): Node {
    const token = this.#tokens.nextNonSpace()
    if (token.kind !== 'right delimiter') this.#tokens.unexpected(token, `{{${kind}}}`, this.#actionAt)
    if (this.#rangeDepth === 0) this.#tokens.fail(`{{${kind}}} outside {{range}}`)
    return { kind, at }
  }

  #else(): Ending {
    const { kind } = this.#tokens.peekNonSpace()
    if (kind !== 'if' && kind !== 'with') this.#tokens.expect(['right delimiter'], 'else')
    return 'else'
  }

  #branch(kind: BranchNode['kind'], at: number): BranchNode {
    this.#enter({ what: kind, at })
    const branch = this.#expressions.scoped<BranchNode>(() => {
      const pipe = this.#expressions.pipeline(kind, 'right delimiter')
      if (kind === 'range') this.#rangeDepth += 1
      const [body, ending] = this.#body()
      if (kind === 'range') this.#rangeDepth -= 1
      const otherwise = ending === 'else' ? this.#otherwise(kind) : undefined
      return { kind, pipe, body, otherwise, at }
    })
    this.#leave()
    return branch
  }

  #enter(clause: { what: string; at: number }): void {
    this.#open.push(clause)
    this.#tokens.enter()
  }

  #leave(): void {
    this.#open.pop()
    this.#tokens.leave()
  }

  #otherwise(kind: BranchNode['kind']): Body {
    const token = this.#tokens.peek()
    // `{{else if}}` is an `if` of its own, whose `end` closes both.
    if ((kind === 'if' || kind === 'with') && token.kind === kind) {
      this.#tokens.next()
      return [this.#branch(kind, token.at)]
    }
    const [body, ending] = this.#body()
    if (ending !== 'end') this.#tokens.fail('expected end; found {{else}}')
    return body
  }

  #block(): Node {
    const context = 'block clause'
    const { at } = this.#tokens.peekNonSpace()
    const name = this.#templateName(context)
    const pipe = this.#expressions.pipeline(context, 'right delimiter')
    const clauseEnd = this.#tokens.mark - 1
    // As in Go, the error is at the block and not at its `else`.
    const body = this.#ownScope({ what: 'block', at }, () =>
      this.#tokens.failAt(clauseEnd, `unexpected {{else}} in ${context}`),
    )
    this.#addTemplate(name, body)
    return { kind: 'template', name, pipe, at }
  }

  #template(): Node {
    const context = 'template clause'
    const { at } = this.#tokens.peekNonSpace()
    const name = this.#templateName(context)
    const mark = this.#tokens.mark
    if (this.#tokens.nextNonSpace().kind === 'right delimiter')
      return { kind: 'template', name, pipe: undefined, at }
    this.#tokens.seek(mark)
    return { kind: 'template', name, pipe: this.#expressions.pipeline(context, 'right delimiter'), at }
  }

  #templateName(context: string): string {
    const token = this.#tokens.expect(['string', 'raw string'], context)
    return this.#expressions.literal(() => unquote(token.text))
  }
}

function isBlankBody(body: Body): boolean {
  return body.every(node => node.kind === 'text' && isBlank(node.text))
}

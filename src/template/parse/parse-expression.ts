import { didYouMean } from '../../core/suggest.ts'
import type { FunctionLookup } from '../functions.ts'
import type { Token, TokenKind } from './lex.ts'
import { parseNumber, unquote } from './literal.ts'
import type { CommandNode, Operand, PipeNode } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'
import { Variables } from './variables.ts'

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'character constant',
  'complex',
  '.',
  'field',
  'identifier',
  'number',
  'nil',
  'raw string',
  'string',
  'variable',
  'left parenthesis',
])
const literalKinds: ReadonlySet<Operand['kind']> = new Set<Operand['kind']>([
  'bool',
  'string',
  'number',
  'nil',
  'dot',
])

/** Reads pipelines and knows which variables they may name. */
export class ExpressionParser {
  /** Offset of the delimiter that began the action being read. */
  actionAt = 0
  /** Names of the functions read so far. */
  readonly called = new Set<string>()
  readonly #tokens: TokenStream
  readonly #functions: FunctionLookup
  #variables = new Variables()

  constructor(tokens: TokenStream, functions: FunctionLookup) {
    this.#tokens = tokens
    this.#functions = functions
    this.#variables.declare('$', undefined)
  }

  /** Variables that `read` declares end with it. */
  scoped<T>(read: () => T): T {
    const { mark } = this.#variables
    const result = read()
    this.#variables.release(mark)
    return result
  }

  withoutVariables<T>(read: () => T): T {
    const scope = this.#variables.enter(undefined)
    const result = read()
    this.#variables.leave(scope)
    return result
  }

  pipeline(context: string, end: TokenKind): PipeNode {
    const at = this.#tokens.peekNonSpace().at
    const { variables, assigns } = this.#declarations(context)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.#tokens.peekNonSpace()
      if (token.kind === end) break
      if (!operandKinds.has(token.kind)) {
        this.#tokens.next()
        this.#tokens.unexpected(token, context, this.actionAt)
      }
      commands.push(this.#command())
    }
    this.#tokens.next()
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`)
    const literal = commands.findIndex(({ operator }, index) => index > 0 && literalKinds.has(operator.kind))
    if (literal > 0) this.#tokens.fail(`non executable command in pipeline stage ${literal + 1}`)
    return { kind: 'pipe', at, variables, assigns, commands }
  }

  /** The result of reading a literal, whose SyntaxError gets a position. */
  literal<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (error instanceof SyntaxError) this.#tokens.fail(error.message)
      throw error
    }
  }

  /** `$x :=`, `$x =`, and for `range` also `$i, $x :=`. */
  #declarations(context: string): { variables: string[]; assigns: boolean } {
    const variables: string[] = []
    for (;;) {
      const mark = this.#tokens.mark
      const variable = this.#tokens.peekNonSpace()
      if (variable.kind !== 'variable') return { variables, assigns: false }
      this.#tokens.next()
      this.#tokens.peek()
      const next = this.#tokens.peekNonSpace()
      const isComma = next.kind === 'character' && next.text === ','
      if (next.kind !== 'assign' && next.kind !== 'declare' && !isComma) {
        this.#tokens.seek(mark)
        return { variables, assigns: false }
      }
      this.#tokens.next()
      variables.push(variable.text)
      this.#variables.declare(variable.text, undefined)
      if (!isComma) return { variables, assigns: next.kind === 'assign' }
      if (context !== 'range' || variables.length > 1)
        this.#tokens.fail(`too many declarations in ${context}`)
      const { kind } = this.#tokens.peekNonSpace()
      if (kind !== 'variable' && kind !== 'right delimiter' && kind !== 'right parenthesis') {
        this.#tokens.fail('range can only initialize variables')
      }
    }
  }

  #command(): CommandNode {
    const { at } = this.#tokens.peekNonSpace()
    const operands: Operand[] = []
    for (;;) {
      this.#tokens.peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) operands.push(operand)
      const token = this.#tokens.peek()
      if (token.kind === 'right delimiter' || token.kind === 'right parenthesis') break
      this.#tokens.next()
      if (token.kind === 'pipe') break
      if (token.kind !== 'space') this.#tokens.unexpected(token, 'operand', this.actionAt)
    }
    const [operator, ...rest] = operands
    return operator === undefined ? this.#tokens.fail('empty command') : { operator, operands: rest, at }
  }

  /** A term with the fields that follow it without a space; undefined where no term stands. */
  #operand(): Operand | undefined {
    const mark = this.#tokens.mark
    const token = this.#tokens.nextNonSpace()
    const term = this.#term(token)
    if (term === undefined) {
      this.#tokens.seek(mark)
      return undefined
    }
    const fields: string[] = []
    const firstField = this.#tokens.peek()
    while (this.#tokens.peek().kind === 'field') fields.push(this.#tokens.next().text.slice(1))
    if (fields.length === 0) return term
    if (literalKinds.has(term.kind)) this.#tokens.fail(`unexpected . after term ${token.text}`)
    if (term.kind === 'field' || term.kind === 'variable') return { ...term, path: [...term.path, ...fields] }
    return { kind: 'chain', operand: term, path: fields, at: firstField.at }
  }

  #term(token: Token): Operand | undefined {
    const { at, kind, text } = token
    switch (kind) {
      case 'identifier':
        return this.#function(token)
      case '.':
        return { kind: 'dot', at }
      case 'nil':
        return { kind: 'nil', at }
      case 'variable':
        return this.#variable(token)
      case 'field':
        return { kind: 'field', path: [text.slice(1)], at }
      case 'bool':
        return { kind: 'bool', value: text === 'true', at }
      case 'character constant':
      case 'complex':
      case 'number':
        return { kind: 'number', source: text, literal: this.literal(() => parseNumber(text, kind)), at }
      case 'left parenthesis':
        return this.#parenthesized()
      case 'string':
      case 'raw string':
        return { kind: 'string', value: this.literal(() => unquote(text)), at }
      default:
        return undefined
    }
  }

  #parenthesized(): Operand {
    this.#tokens.enter()
    const pipe = this.pipeline('parenthesized pipeline', 'right parenthesis')
    this.#tokens.leave()
    return pipe
  }

  #function(token: Token): Operand {
    const { text: name, at } = token
    if (this.#functions.has(name)) {
      this.called.add(name)
      return { kind: 'function', name, at }
    }
    const refusal = this.#functions.refusal?.(name)
    if (refusal !== undefined) {
      this.#tokens.fail(`function "${name}" is refused because ${refusal.because}`, refusal.hint, token)
    }
    // Who comes from Helm writes sprig's functions without the prefix that they have here.
    const prefixed = `sprig_${name}`
    const hint = this.#functions.has(prefixed)
      ? `did you mean "${prefixed}"?`
      : didYouMean(name, this.#functions.names())
    return this.#tokens.fail(`function "${name}" is not defined`, hint, token)
  }

  #variable(token: Token): Operand {
    const { text: name, at } = token
    if (this.#variables.find(name) !== undefined) return { kind: 'variable', name, path: [], at }
    return this.#tokens.fail(
      `variable "${name}" is not defined`,
      didYouMean(name, this.#variables.names()),
      token,
    )
  }
}

import type { NumberLiteral } from './literal.ts'

/** The tree of a parsed template. `at` is the offset in its text, for errors. */
interface Positioned {
  readonly at: number
}

export interface TextNode extends Positioned {
  readonly kind: 'text'
  readonly text: string
}

/** `{{ pipeline }}`: prints, or declares variables. */
export interface ActionNode extends Positioned {
  readonly kind: 'action'
  readonly pipe: PipeNode
  /** Offset of what closes it. */
  readonly end: number
}

/** `if`, `with` and `range` have one shape. */
export interface BranchNode extends Positioned {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: PipeNode
  readonly body: Body
  readonly otherwise: Body | undefined
}

export interface TemplateNode extends Positioned {
  readonly kind: 'template'
  readonly name: string
  readonly pipe: PipeNode | undefined
}

export interface JumpNode extends Positioned {
  readonly kind: 'break' | 'continue'
}

export type Node = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode
export type Body = readonly Node[]

export interface PipeNode extends Positioned {
  readonly kind: 'pipe'
  /** Names with their `$`. */
  readonly variables: readonly string[]
  /** `=` where false is `:=`. */
  readonly assigns: boolean
  readonly commands: readonly CommandNode[]
}

export interface CommandNode extends Positioned {
  readonly operator: Operand
  readonly operands: readonly Operand[]
}

export type Operand =
  | PipeNode
  | (Positioned & { readonly kind: 'dot' | 'nil' })
  | (Positioned & { readonly kind: 'bool'; readonly value: boolean })
  | (Positioned & { readonly kind: 'string'; readonly value: string })
  | (Positioned & { readonly kind: 'number'; readonly source: string; readonly literal: NumberLiteral })
  | FieldNode
  | VariableNode
  | FunctionNode
  | ChainNode

/** `.a.b` */
export interface FieldNode extends Positioned {
  readonly kind: 'field'
  readonly path: readonly string[]
}

/** `$x` or `$x.a.b` */
export interface VariableNode extends Positioned {
  readonly kind: 'variable'
  readonly name: string
  readonly path: readonly string[]
}

export interface FunctionNode extends Positioned {
  readonly kind: 'function'
  readonly name: string
}

/** `(pipeline).a.b`, or a function's result without parentheses. */
export interface ChainNode extends Positioned {
  readonly kind: 'chain'
  readonly operand: Operand
  readonly path: readonly string[]
}

interface TemplateParts {
  /** For errors. */
  readonly name: string
  readonly text: string
  readonly templates: ReadonlyMap<string, Body>
  /** Names of all functions that it calls. */
  readonly functions: ReadonlySet<string>
}

/** A parsed text with all templates that it defines, itself under the empty name. A class, for it is handed through the configuration. */
export class ParsedTemplate implements TemplateParts {
  readonly name: string
  readonly text: string
  readonly templates: ReadonlyMap<string, Body>
  readonly functions: ReadonlySet<string>

  constructor({ name, text, templates, functions }: TemplateParts) {
    this.name = name
    this.text = text
    this.templates = templates
    this.functions = functions
  }
}

import { type Reference, secretKey } from '../core/reference.ts'
import type { Body, CommandNode, Node, Operand, ParsedTemplate, PipeNode } from './nodes.ts'
import { listReference, secretReference } from './secret-path.ts'

export interface NamedSecrets {
  /** Each once. */
  readonly references: readonly Reference[]
  /** Names that the dot does not have, and where they stand. */
  readonly unknown: readonly { readonly name: string; readonly at: number }[]
}

export interface ReferenceOptions {
  readonly dot: ReadonlyMap<string, Reference>
  readonly secretProvider: string | undefined
}

/**
 * The secrets that a template names without having to be executed: fields of the dot and literal paths of `secret` and
 * `secrets`, in what the template can reach. Where the dot is used as a whole it is all of the dot.
 */
export function namedSecrets(template: ParsedTemplate, options: ReferenceOptions): NamedSecrets {
  const search = new Search(template, options)
  search.template('', true)
  return { references: [...search.references.values()], unknown: search.unknown }
}

/** Whether `.` and `$` are the configured secrets at some place. */
interface Scope {
  readonly dot: boolean
  readonly root: boolean
}

class Search {
  readonly references = new Map<string, Reference>()
  readonly unknown: { name: string; at: number }[] = []
  readonly #template: ParsedTemplate
  readonly #options: ReferenceOptions
  readonly #searched = new Set<string>()

  constructor(template: ParsedTemplate, options: ReferenceOptions) {
    this.#template = template
    this.#options = options
  }

  template(name: string, dot: boolean): void {
    const key = `${dot} ${name}`
    if (this.#searched.has(key)) return
    this.#searched.add(key)
    this.#body(this.#template.templates.get(name) ?? [], { dot, root: dot })
  }

  #body(body: Body, scope: Scope): void {
    for (const node of body) this.#node(node, scope)
  }

  #node(node: Node, scope: Scope): void {
    if (node.kind === 'action') this.#pipe(node.pipe, scope)
    if (node.kind === 'template') {
      const passesDot = node.pipe !== undefined && isDot(node.pipe, scope)
      if (node.pipe !== undefined && !passesDot) this.#pipe(node.pipe, scope)
      this.template(node.name, passesDot)
    }
    if (node.kind === 'if' || node.kind === 'with' || node.kind === 'range') {
      const keepsDot = node.kind === 'with' && isDot(node.pipe, scope)
      if (!keepsDot) this.#pipe(node.pipe, scope)
      this.#body(node.body, { ...scope, dot: node.kind === 'if' ? scope.dot : keepsDot })
      this.#body(node.otherwise ?? [], scope)
    }
  }

  #pipe({ commands }: PipeNode, scope: Scope): void {
    for (const [index, command] of commands.entries()) {
      const before = commands[index - 1]
      const piped = before?.operands.length === 0 ? before.operator : undefined
      this.#command(command, piped, scope)
    }
  }

  #command({ operator, operands }: CommandNode, piped: Operand | undefined, scope: Scope): void {
    const [first, second] = [...operands, ...(piped === undefined ? [] : [piped])]
    if (operator.kind === 'function' && first?.kind === 'string' && second === undefined) {
      this.#literalPath(operator.name, first.value)
    }
    const named = indexedName(operator, operands, scope)
    if (named !== undefined) {
      this.#name(named.name, named.at)
      for (const operand of operands.slice(2)) this.#operand(operand, scope)
      return
    }
    for (const operand of [operator, ...operands]) this.#operand(operand, scope)
  }

  #operand(node: Operand, scope: Scope): void {
    if (isDotOperand(node, scope)) this.#all()
    else if (node.kind === 'pipe') this.#pipe(node, scope)
    else if (node.kind === 'field' && scope.dot) this.#name(node.path[0] ?? '', node.at)
    else if (node.kind === 'variable' && node.name === '$' && scope.root)
      this.#name(node.path[0] ?? '', node.at)
    else if (node.kind === 'chain' && isDotOperand(node.operand, scope))
      this.#name(node.path[0] ?? '', node.at)
    else if (node.kind === 'chain') this.#operand(node.operand, scope)
  }

  #name(name: string, at: number): void {
    const reference = this.#options.dot.get(name)
    if (reference === undefined) this.unknown.push({ name, at })
    else this.#add(reference)
  }

  #all(): void {
    for (const reference of this.#options.dot.values()) this.#add(reference)
  }

  #literalPath(name: string, path: string): void {
    const { secretProvider } = this.#options
    if (secretProvider === undefined || path.trim().replaceAll('/', '') === '') return
    if (name === 'secret') this.#add(secretReference(path, secretProvider))
    if (name === 'secrets') this.#add(listReference(path, secretProvider))
  }

  #add(reference: Reference): void {
    this.references.set(secretKey(reference), reference)
  }
}

/** `index . "name"`, the way to write names that are no identifiers. */
function indexedName(
  operator: Operand,
  operands: readonly Operand[],
  scope: Scope,
): { readonly name: string; readonly at: number } | undefined {
  const [container, key] = operands
  if (operator.kind !== 'function' || operator.name !== 'index') return undefined
  if (container === undefined || key?.kind !== 'string' || !isDotOperand(container, scope)) return undefined
  return { name: key.value, at: key.at }
}

function isDot(pipe: PipeNode, scope: Scope): boolean {
  const [command, ...more] = pipe.commands
  if (command === undefined || more.length > 0 || pipe.variables.length > 0) return false
  return command.operands.length === 0 && isDotOperand(command.operator, scope)
}

function isDotOperand(node: Operand, scope: Scope): boolean {
  if (node.kind === 'dot') return scope.dot
  if (node.kind === 'pipe') return isDot(node, scope)
  return node.kind === 'variable' && node.name === '$' && node.path.length === 0 && scope.root
}

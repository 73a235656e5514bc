import { RenderError } from '../core/errors.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import { fileReference, normalPath } from './outside.ts'
import type { Body, CommandNode, Node, Operand, ParsedTemplate, PipeNode } from './parse/nodes.ts'
import { listReference, secretReference } from './secret-path.ts'

/** What a template asks for, as far as can be told without executing it. */
export interface NamedSecrets {
  /** Names in the dot, each once, with the offset where it first stands. */
  readonly names: ReadonlyMap<string, number>
  /** Whether the dot is used as a whole, so that any of it may be asked for. */
  readonly whole: boolean
  /** Literal paths of `secret`, `secrets` and `file`. */
  readonly paths: readonly Reference[]
}

/**
 * Searches what a template can reach for fields of the dot and literal paths. Never leaves one out.
 * @param secretProvider of the literal paths of secrets
 */
export function namedSecrets(template: ParsedTemplate, secretProvider: string): NamedSecrets {
  const search = new Search(template, secretProvider)
  search.all()
  return { names: search.names, whole: search.whole, paths: [...search.paths.values()] }
}

/** Whether `.` and `$` are the configured secrets at some place. */
interface Scope {
  readonly dot: boolean
  readonly root: boolean
}

class Search {
  readonly names = new Map<string, number>()
  readonly paths = new Map<string, Reference>()
  whole = false
  readonly #template: ParsedTemplate
  readonly #secretProvider: string
  readonly #searched = new Set<string>()
  readonly #toSearch: [name: string, dot: boolean][] = []

  constructor(template: ParsedTemplate, secretProvider: string) {
    this.#template = template
    this.#secretProvider = secretProvider
  }

  /** From the template itself on; one template may call the next a million times over, so they wait in a row. */
  all(): void {
    this.#toSearch.push(['', true])
    for (let next = this.#toSearch.pop(); next !== undefined; next = this.#toSearch.pop()) {
      const [name, dot] = next
      const key = `${dot} ${name}`
      if (this.#searched.has(key)) continue
      this.#searched.add(key)
      this.#body(this.#template.templates.get(name) ?? [], { dot, root: dot })
    }
  }

  #body(body: Body, scope: Scope): void {
    for (const node of body) this.#node(node, scope)
  }

  #node(node: Node, scope: Scope): void {
    if (node.kind === 'action') this.#pipe(node.pipe, scope)
    if (node.kind === 'template') {
      const passesDot = node.pipe !== undefined && isDot(node.pipe, scope)
      if (node.pipe !== undefined && !passesDot) this.#pipe(node.pipe, scope)
      this.#toSearch.push([node.name, passesDot])
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
    if (isDotOperand(node, scope)) this.whole = true
    else if (node.kind === 'pipe') this.#pipe(node, scope)
    else if (node.kind === 'field' && scope.dot) this.#name(node.path[0] ?? '', node.at)
    else if (node.kind === 'variable' && node.name === '$' && scope.root)
      this.#name(node.path[0] ?? '', node.at)
    else if (node.kind === 'chain' && isDotOperand(node.operand, scope))
      this.#name(node.path[0] ?? '', node.at)
    else if (node.kind === 'chain') this.#operand(node.operand, scope)
  }

  #name(name: string, at: number): void {
    if (!this.names.has(name)) this.names.set(name, at)
  }

  #literalPath(name: string, path: string): void {
    try {
      if (name === 'secret') this.#addPath(secretReference(path, this.#secretProvider))
      if (name === 'secrets') this.#addPath(listReference(path, this.#secretProvider))
      if (name === 'file') this.#addPath(fileReference(normalPath(path.trim())))
    } catch (error) {
      // A path that cannot be read is an error where it is executed, with its place.
      if (!(error instanceof RenderError)) throw error
    }
  }

  #addPath(reference: Reference): void {
    this.paths.set(secretKey(reference), reference)
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

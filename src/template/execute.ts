import { Evaluator } from './evaluate.ts'
import { joined } from './go-string.ts'
import type { Body, BranchNode, Node, ParsedTemplate, TemplateNode } from './nodes.ts'
import type { Pass } from './pass.ts'
import { printed } from './print.ts'
import { sortedKeys } from './sorted-keys.ts'
import { Integer, integerOf, isMap, isTrue, itemsOf, typeName, type Value } from './values.ts'

/** Bodies and templates within one another; a recursion without end gets this far. */
const maxDepth = 1_000
const maxIterations = 10_000_000
const maxOutputLength = 16 * 1024 * 1024

export interface ExecuteOptions {
  readonly dot: Value
  readonly pass: Pass
  /** Whether a missing key is an error (`missingkey=error`) or no value (`missingkey=zero`). */
  readonly strict: boolean
}

/**
 * Executes a template and answers its output, as go-string.ts describes strings.
 * @throws TemplateRenderError
 */
export function execute(template: ParsedTemplate, options: ExecuteOptions): string {
  const evaluator = new Evaluator(template, options.pass, { strict: options.strict })
  const execution = new Execution(template, evaluator)
  return joined(execution.run(options.dot))
}

/** `break` and `continue` travel up to their loop as results. */
type Jump = 'break' | 'continue' | undefined

class Execution {
  readonly #template: ParsedTemplate
  readonly #evaluator: Evaluator
  #output = ''
  #depth = 0
  #iterations = 0

  constructor(template: ParsedTemplate, evaluator: Evaluator) {
    this.#template = template
    this.#evaluator = evaluator
  }

  run(dot: Value): string {
    this.#evaluator.withArgument(dot, () => this.#body(dot, this.#template.templates.get('') ?? []))
    return this.#output
  }

  #body(dot: Value, body: Body): Jump {
    this.#depth += 1
    if (this.#depth > maxDepth) {
      this.#evaluator.fail(
        `templates and blocks go more than ${maxDepth} deep`,
        'does a template call itself without end?',
      )
    }
    let jump: Jump
    for (const node of body) {
      jump = this.#node(dot, node)
      if (jump !== undefined) break
    }
    this.#depth -= 1
    return jump
  }

  #node(dot: Value, node: Node): Jump {
    switch (node.kind) {
      case 'text':
        this.#write(node.text)
        return undefined
      case 'action': {
        const value = this.#evaluator.pipeline(dot, node.pipe)
        if (node.pipe.variables.length > 0) return undefined
        this.#evaluator.locate(node)
        this.#write(printed(value))
        return undefined
      }
      case 'template':
        this.#callTemplate(dot, node)
        return undefined
      case 'range':
        return this.#evaluator.scoped(() => this.#range(dot, node))
      case 'if':
      case 'with':
        return this.#evaluator.scoped(() => this.#choose(dot, node))
      default:
        return node.kind
    }
  }

  #write(text: string): void {
    this.#output += text
    if (this.#output.length > maxOutputLength) {
      this.#evaluator.fail(`the output is larger than ${maxOutputLength / 1024 / 1024} MiB`)
    }
  }

  #choose(dot: Value, node: BranchNode): Jump {
    const value = this.#evaluator.pipeline(dot, node.pipe)
    if (isTrue(value)) return this.#body(node.kind === 'with' ? value : dot, node.body)
    return node.otherwise === undefined ? undefined : this.#body(dot, node.otherwise)
  }

  #callTemplate(dot: Value, node: TemplateNode): void {
    this.#evaluator.locate(node)
    const body = this.#template.templates.get(node.name)
    if (body === undefined) this.#evaluator.fail(`template "${node.name}" is not defined`)
    const argument = node.pipe === undefined ? undefined : this.#evaluator.pipeline(dot, node.pipe)
    this.#evaluator.locate(node)
    this.#evaluator.withArgument(argument, () => this.#body(argument, body ?? []))
  }

  #range(dot: Value, node: BranchNode): Jump {
    const value = this.#evaluator.pipeline(dot, node.pipe)
    let isEmpty = true
    for (const [key, element] of this.#elements(value, node)) {
      isEmpty = false
      this.#iterations += 1
      if (this.#iterations > maxIterations) {
        this.#evaluator.fail(`the loops run more than ${maxIterations} times`)
      }
      this.#bind(node, key, element)
      const jump = this.#evaluator.scoped(() => this.#body(element, node.body))
      if (jump === 'break') break
    }
    return isEmpty && node.otherwise !== undefined ? this.#body(dot, node.otherwise) : undefined
  }

  /** With one variable it is the element, with two the first is the index or key. */
  #bind({ pipe }: BranchNode, key: Value, element: Value): void {
    const [first, second] = pipe.variables
    if (first === undefined) return
    if (pipe.assigns) {
      this.#evaluator.assign(first, second === undefined ? element : key)
      if (second !== undefined) this.#evaluator.assign(second, element)
      return
    }
    this.#evaluator.setRecent(0, element)
    if (second !== undefined) this.#evaluator.setRecent(1, key)
  }

  *#elements(value: Value, { pipe }: BranchNode): Iterable<readonly [key: Value, element: Value]> {
    if (value === undefined) return
    const count = integerOf(value)
    if (count !== undefined) {
      if (pipe.variables.length > 1) this.#evaluator.fail('a number is ranged over with one variable at most')
      for (let index = 0n; index < count; index += 1n)
        yield [undefined, value instanceof Integer ? new Integer(value.type, index) : index]
      return
    }
    if (isMap(value)) {
      for (const key of sortedKeys(value)) yield [key, value.get(key)]
      return
    }
    const items = itemsOf(value)
    if (items === undefined) return this.#evaluator.fail(`range cannot go over ${typeName(value)}`)
    let index = 0n
    for (const item of items) {
      yield [index, item]
      index += 1n
    }
  }
}

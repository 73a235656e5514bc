import { RenderError } from '../../core/errors.ts'
import type { Tell } from '../../core/piece.ts'
import { didYouMean, listed } from '../../core/suggest.ts'
import { type Budget, LimitError } from '../limits.ts'
import type { Body, BranchNode, Node, ParsedTemplate, TemplateNode } from '../parse/nodes.ts'
import { printed } from '../print/print.ts'
import { byteLength, joined } from '../text/go-string.ts'
import { Channel } from '../values/channel.ts'
import { mapKeys } from '../values/sorted-keys.ts'
import {
  Integer,
  integerOf,
  isMap,
  isTrue,
  itemsOf,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'
import { actionPiece } from './action-piece.ts'
import { Evaluator, type EvaluatorOptions } from './evaluate.ts'

export interface ExecuteOptions extends EvaluatorOptions {
  readonly dot: Value
  /** Told of all that is written, as it may be shown. */
  readonly tell?: Tell | undefined
}

/**
 * Executes a template and answers its output, as go-string.ts describes strings.
 * @throws TemplateRenderError
 */
export function execute(template: ParsedTemplate, options: ExecuteOptions): string {
  const evaluator = new Evaluator(template, options)
  try {
    return joined(new Execution(template, evaluator, options.tell).run(options.dot))
  } catch (error) {
    // The engine's own limits of stack and string length, where the caller left less of them than usual.
    if (error instanceof RangeError) evaluator.fail('the template needs more depth or memory than there is')
    if (error instanceof LimitError) evaluator.fail(error.problem, error.hint)
    throw error
  }
}

/** `break` and `continue` travel up to their loop as results. */
type Jump = 'break' | 'continue' | undefined

class Execution {
  readonly #template: ParsedTemplate
  readonly #evaluator: Evaluator
  readonly #budget: Budget
  readonly #tell: Tell | undefined
  #output = ''
  #outputBytes = 0

  constructor(template: ParsedTemplate, evaluator: Evaluator, tell: Tell | undefined) {
    this.#template = template
    this.#evaluator = evaluator
    this.#budget = evaluator.pass.budget
    this.#tell = tell
    evaluator.pass.executeTemplate = (name, dot) => this.#rendered(name, dot)
  }

  run(dot: Value): string {
    this.#evaluator.variables.enter(dot)
    this.#body(dot, this.#template.templates.get('') ?? [])
    return this.#output
  }

  #body(dot: Value, body: Body): Jump {
    this.#budget.enter()
    let jump: Jump
    for (const node of body) {
      jump = this.#node(dot, node)
      if (jump !== undefined) break
    }
    this.#budget.leave()
    return jump
  }

  #node(dot: Value, node: Node): Jump {
    this.#budget.takeSteps(1)
    switch (node.kind) {
      case 'text':
        this.#write(node.text)
        this.#tell?.({ shown: node.text })
        return undefined
      case 'action': {
        const value = this.#evaluator.pipeline(dot, node.pipe)
        if (node.pipe.variables.length > 0) return undefined
        this.#evaluator.locate(node)
        const text = this.#evaluator.located(() => {
          checkWritable([value], this.#budget)
          return printed(value)
        })
        this.#write(text)
        if (text !== '') this.#tell?.(actionPiece(node, text, this.#template.text))
        return undefined
      }
      case 'template':
        this.#callTemplate(dot, node)
        return undefined
      case 'range':
        return this.#range(dot, node)
      case 'if':
      case 'with':
        return this.#choose(dot, node)
      default:
        return node.kind
    }
  }

  #write(text: string): void {
    this.#output += text
    this.#outputBytes += byteLength(text)
    this.#budget.checkBytes(this.#outputBytes)
  }

  #choose(dot: Value, { kind, pipe, body, otherwise }: BranchNode): Jump {
    const mark = this.#evaluator.variables.mark
    const value = this.#evaluator.pipeline(dot, pipe)
    let jump: Jump
    if (isTrue(value)) jump = this.#body(kind === 'with' ? value : dot, body)
    else if (otherwise !== undefined) jump = this.#body(dot, otherwise)
    this.#evaluator.variables.release(mark)
    return jump
  }

  #callTemplate(dot: Value, node: TemplateNode): void {
    this.#evaluator.locate(node)
    const body =
      this.#template.templates.get(node.name) ??
      this.#evaluator.fail(
        `template "${node.name}" is not defined`,
        didYouMean(node.name, this.#templateNames()),
      )
    const argument = node.pipe === undefined ? undefined : this.#evaluator.pipeline(dot, node.pipe)
    this.#evaluator.locate(node)
    const variables = this.#evaluator.variables.enter(argument)
    this.#body(argument, body)
    this.#evaluator.variables.leave(variables)
  }

  #templateNames(): string[] {
    return [...this.#template.templates.keys()].filter(name => name !== '')
  }

  /** Another template's output, as a text. */
  #rendered(name: string, dot: Value): string {
    const body = this.#template.templates.get(name)
    // The name may be a secret's value.
    if (body === undefined) {
      throw new RenderError('no template of this name is defined', {
        hint: `there are ${listed(this.#templateNames())}`,
      })
    }
    const { pass, isNested } = this.#evaluator
    const outer = pass.executeTemplate
    const nested = new Execution(this.#template, this.#evaluator, undefined)
    const variables = this.#evaluator.variables.enter(dot)
    this.#evaluator.isNested = true
    try {
      this.#budget.deeper(() => nested.#body(dot, body))
    } finally {
      this.#evaluator.isNested = isNested
    }
    this.#evaluator.variables.leave(variables)
    pass.executeTemplate = outer
    return joined(nested.#output)
  }

  #range(dot: Value, node: BranchNode): Jump {
    const mark = this.#evaluator.variables.mark
    const value = this.#evaluator.pipeline(dot, node.pipe)
    const bodyMark = this.#evaluator.variables.mark
    let isEmpty = true
    let jump: Jump
    for (const [key, element] of this.#elements(value, node)) {
      isEmpty = false
      this.#budget.takeSteps(1)
      this.#bind(node, key, element)
      const asked = this.#body(element, node.body)
      this.#evaluator.variables.release(bodyMark)
      if (asked === 'break') break
    }
    if (isEmpty && node.otherwise !== undefined) jump = this.#body(dot, node.otherwise)
    this.#evaluator.variables.release(mark)
    return jump
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
    this.#evaluator.variables.setRecent(0, element)
    if (second !== undefined) this.#evaluator.variables.setRecent(1, key)
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
      this.#budget.takeOrder(value.keys())
      for (const key of mapKeys(value)) yield [key, valueAt(value, key)]
      return
    }
    if (value instanceof Channel) {
      let element = value.receive()
      for (let index = 0n; element !== undefined; index += 1n) {
        yield [index, element]
        element = value.receive()
      }
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

import { RenderError } from '../../core/errors.ts'
import type {
  ChainNode,
  CommandNode,
  FieldNode,
  FunctionNode,
  Operand,
  ParsedTemplate,
  PipeNode,
  VariableNode,
} from '../parse/nodes.ts'
import { Variables } from '../parse/variables.ts'
import { positionAt, TemplateRenderError } from '../template-error.ts'
import type { TemplateFunction } from '../template-function.ts'
import {
  isMap,
  isTrue,
  Opaque,
  StructPointer,
  TypedMap,
  typeName,
  type Value,
  valueAt,
} from '../values/values.ts'
import { type Argument, argumentOf, countProblem, literalArgument, literalValue } from './argument.ts'
import { absent, type CallArguments, type Final, noArguments } from './call-arguments.ts'
import type { Method } from './method.ts'
import type { ParameterType } from './parameter-type.ts'
import type { Pass } from './pass.ts'

export interface EvaluatorOptions {
  readonly pass: Pass
  /** All that the template calls, by name. */
  readonly functions: ReadonlyMap<string, TemplateFunction>
  /** Whether a missing key is an error (`missingkey=error`) or no value (`missingkey=zero`). */
  readonly strict: boolean
}

interface FieldPath {
  readonly node: FieldNode | VariableNode | ChainNode
  readonly start: Value
  readonly given: CallArguments | undefined
}

/** Commands, and fields of a path, that count as one step. */
const commandsPerStep = 4

/** Evaluates pipelines. Holds the place that an error is reported at. */
export class Evaluator {
  readonly pass: Pass
  readonly variables = new Variables()
  /** Whether a template is executed by a function of another one. */
  isNested = false
  /** Whether a missing key is an error; else it is no value. */
  readonly #strict: boolean
  readonly #template: ParsedTemplate
  readonly #functions: ReadonlyMap<string, TemplateFunction>
  #at = 0

  constructor(template: ParsedTemplate, { pass, functions, strict }: EvaluatorOptions) {
    this.#template = template
    this.#functions = functions
    this.pass = pass
    this.#strict = strict
  }

  assign(name: string, value: Value): void {
    const variable = this.variables.find(name)
    if (variable === undefined) this.fail(`variable "${name}" is not declared`)
    else variable.value = value
  }

  /** Errors are reported here until something else is evaluated. */
  locate(node: { readonly at: number }): void {
    this.#at = node.at
  }

  /** Says what is wrong at the place that is being evaluated; never with a value. */
  fail(problem: string, hint?: string): never {
    const { name, text } = this.#template
    throw new TemplateRenderError(problem, { template: name, ...positionAt(text, this.#at), hint })
  }

  /** What it throws is reported at the place that is being evaluated. */
  located<T>(take: () => T): T {
    try {
      return take()
    } catch (error) {
      if (!(error instanceof RenderError)) throw error
      return this.fail(error.problem, error.hint)
    }
  }

  pipeline(dot: Value, pipe: PipeNode): Value {
    this.locate(pipe)
    this.pass.budget.takeSteps(pipe.commands.length / commandsPerStep)
    let final: Final = absent
    for (const command of pipe.commands) final = this.#command(dot, command, final) ?? undefined
    const value = final === absent ? undefined : final
    for (const name of pipe.variables) {
      if (pipe.assigns) this.assign(name, value)
      else this.variables.declare(name, value)
    }
    return value
  }

  #command(dot: Value, command: CommandNode, final: Final): Value {
    const { operator, operands } = command
    const hasArguments = operands.length > 0 || final !== absent
    if (operator.kind === 'function') return this.#function(dot, operator, { command, operands, final })
    this.locate(operator)
    if (operator.kind === 'nil') {
      return this.fail(hasArguments ? 'nil takes no argument' : 'nil is not a command')
    }
    const path = 'path' in operator ? operator.path : []
    if (path.length === 0) {
      if (hasArguments) this.fail('an argument is given to something that is not a function')
      return this.#operand(dot, operator)
    }
    return this.#operand(dot, operator, hasArguments ? { command: operator, operands, final } : undefined)
  }

  /** Its value, where it ends in a field perhaps with arguments for it. */
  #operand(dot: Value, node: Operand, given?: CallArguments): Value {
    this.locate(node)
    switch (node.kind) {
      case 'dot':
        return dot
      case 'field':
        return this.#fields(dot, { node, start: dot, given })
      case 'variable':
        return this.#fields(dot, { node, start: this.#variable(node.name), given })
      case 'chain':
        return this.#fields(dot, { node, start: this.#chainStart(dot, node), given })
      case 'pipe':
        return this.#inParentheses(dot, node)
      case 'function':
        return this.#function(dot, node, noArguments(node))
      default:
        return this.#accept(literalValue(node))
    }
  }

  #inParentheses(dot: Value, node: PipeNode): Value {
    return this.pass.budget.deeper(() => this.pipeline(dot, node))
  }

  #chainStart(dot: Value, { operand }: ChainNode): Value {
    if (operand.kind === 'nil') return this.fail('nil has no fields')
    return this.#operand(dot, operand)
  }

  #variable(name: string): Value {
    const variable = this.variables.find(name)
    return variable === undefined ? this.fail(`variable "${name}" is not declared`) : variable.value
  }

  #fields(dot: Value, path: FieldPath): Value {
    const { node, start, given } = path
    this.pass.budget.takeSteps(node.path.length / commandsPerStep)
    let receiver = start
    // Where the next field stands; it follows the one before without a space.
    let at = node.kind === 'variable' ? node.at + node.name.length : node.at
    for (const [index, name] of node.path.entries()) {
      this.locate({ at })
      at += 1 + name.length
      const arguments_ = index === node.path.length - 1 ? given : undefined
      const method = methodOf(receiver, name)
      receiver =
        method === undefined
          ? this.#field(receiver, name, arguments_ !== undefined)
          : this.#call(dot, { name, called: method }, arguments_ ?? noArguments(node))
    }
    return receiver
  }

  #field(receiver: Value, name: string, invoked: boolean): Value {
    if (receiver === undefined) {
      const tolerated = !this.#strict || this.pass.tolerant
      return tolerated ? undefined : this.fail(`there is no data that could have a field "${name}"`)
    }
    if (receiver === null) return this.fail(`nil has no field "${name}"`)
    if (receiver instanceof StructPointer) {
      if (receiver.fields === undefined) return this.fail(`nil has no field "${name}"`)
      if (!receiver.fields.has(name)) {
        return this.fail(
          `${receiver.structType} has no field "${name}"`,
          this.pass.knownKeys.hintFor(name, receiver),
        )
      }
      if (invoked) return this.fail(`"${name}" is not a function, but arguments are given to it`)
      return receiver.fields.get(name)
    }
    if (!isMap(receiver) || (receiver instanceof TypedMap && !receiver.takesText)) {
      return this.fail(`${typeName(receiver)} has no field "${name}"`)
    }
    if (invoked) return this.fail(`"${name}" is not a function, but arguments are given to it`)
    if (receiver.has(name)) return valueAt(receiver, name)
    if (!this.#strict) return receiver instanceof TypedMap ? receiver.zero : null
    return this.fail(`there is no key "${name}"`, this.pass.knownKeys.hintFor(name, receiver))
  }

  #function(dot: Value, node: FunctionNode, given: CallArguments): Value {
    this.locate(node)
    const called = this.#functions.get(node.name)
    if (called === undefined) return this.fail(`function "${node.name}" is not loaded`)
    return this.#call(dot, { name: node.name, called }, given)
  }

  #call(
    dot: Value,
    { name, called }: { readonly name: string; readonly called: TemplateFunction },
    { command, operands, final }: CallArguments,
  ): Value {
    const problem = countProblem(called, operands.length + (final === absent ? 0 : 1))
    if (problem !== undefined) this.fail(`${name} ${problem}`)
    const typeOf = (index: number): ParameterType => called.parameters[index] ?? called.variadic ?? 'any'
    const args: Value[] = []
    this.pass.budget.takeSteps(operands.length / commandsPerStep)
    for (const operand of operands) {
      const value = this.#argument(dot, operand, typeOf(args.length))
      if (called.stopsAt !== undefined && isTrue(value) === called.stopsAt) return value
      args.push(value)
    }
    if (final !== absent) args.push(this.#accept(argumentOf(final, typeOf(args.length))))
    if (called.stopsAt !== undefined) return args.at(-1)
    try {
      this.pass.budget.takeCall(args)
      const result = called.call(args, this.pass)
      if (typeof result === 'string') this.pass.budget.takeText(result)
      return result
    } catch (error) {
      if (!(error instanceof RenderError)) throw error
      // Of templates within one another, the outermost says where it stands.
      if (error instanceof TemplateRenderError && this.isNested) throw error
      this.locate(command)
      const prefix = `${name}: `
      const { problem, hint } = error
      return this.fail(problem.startsWith(prefix) ? problem : prefix + problem, hint)
    }
  }

  #argument(dot: Value, node: Operand, type: ParameterType): Value {
    this.locate(node)
    switch (node.kind) {
      case 'bool':
      case 'nil':
      case 'number':
      case 'string':
        return this.#accept(literalArgument(node, type))
      default:
        return this.#accept(argumentOf(this.#operand(dot, node), type))
    }
  }

  #accept(argument: Argument): Value {
    return 'problem' in argument ? this.fail(argument.problem) : argument.value
  }
}

function methodOf(receiver: Value, name: string): Method | undefined {
  if (receiver instanceof StructPointer || receiver instanceof Opaque) return receiver.methods.get(name)
  return undefined
}

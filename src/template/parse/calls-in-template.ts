import type { Body, CommandNode, Operand, PipeNode } from './nodes.ts'
import { parse } from './parse.ts'

/** One call of a function. */
export interface TemplateCall {
  readonly name: string
  /** The first argument, where it is written as a text. */
  readonly literal: string | undefined
}

/**
 * Every call in a template, whether keyturn has the function or not, in the order of the text.
 * @throws TemplateSyntaxError
 */
export function callsInTemplate(
  text: string,
  delimiters: { readonly left?: string | undefined; readonly right?: string | undefined },
): TemplateCall[] {
  const { templates } = parse(text, { name: 'template', functions: everyFunction, ...delimiters })
  return [...templates.values()].flatMap(callsInBody)
}

const everyFunction = { has: () => true, names: () => [] }

function callsInBody(body: Body): TemplateCall[] {
  return body.flatMap(node => {
    if (node.kind === 'action') return callsInPipe(node.pipe)
    if (node.kind === 'template') return node.pipe === undefined ? [] : callsInPipe(node.pipe)
    if (node.kind === 'if' || node.kind === 'with' || node.kind === 'range') {
      return [...callsInPipe(node.pipe), ...callsInBody(node.body), ...callsInBody(node.otherwise ?? [])]
    }
    return []
  })
}

function callsInPipe({ commands }: PipeNode): TemplateCall[] {
  return commands.flatMap((command, index) => {
    const before = commands[index - 1]
    return callsInCommand(command, before?.operands.length === 0 ? before.operator : undefined)
  })
}

/** What is piped in is the last argument, and the first where there is no other. */
function callsInCommand({ operator, operands }: CommandNode, piped: Operand | undefined): TemplateCall[] {
  const inner = operands.flatMap(operand => callsInOperand(operand))
  if (operator.kind !== 'function') return [...callsInOperand(operator), ...inner]
  const first = operands[0] ?? piped
  return [{ name: operator.name, literal: first?.kind === 'string' ? first.value : undefined }, ...inner]
}

function callsInOperand(operand: Operand): TemplateCall[] {
  if (operand.kind === 'pipe') return callsInPipe(operand)
  if (operand.kind === 'chain') return callsInOperand(operand.operand)
  return operand.kind === 'function' ? [{ name: operand.name, literal: undefined }] : []
}

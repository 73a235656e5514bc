import { hidden, type Piece } from '../../core/piece.ts'
import type { ActionNode } from '../parse/nodes.ts'

const maxLabelLength = 60

/** What an action printed, as it may be shown: a literal as it is, everything else by what stands in the template. */
export function actionPiece(node: ActionNode, text: string, template: string): Piece {
  if (isLiteral(node)) return { shown: text }
  // The minus of a trim marker stands before the delimiter.
  const source = template.slice(node.at, node.end).replace(/\s-$/, '').trim().replace(/\s+/g, ' ')
  return hidden(source.length > maxLabelLength ? `${source.slice(0, maxLabelLength)}…` : source, text)
}

/** Such as `{{ "{{" }}`, by which templates print what would begin an action. */
function isLiteral({ pipe: { commands } }: ActionNode): boolean {
  const [command] = commands
  if (command === undefined || commands.length > 1 || command.operands.length > 0) return false
  return command.operator.kind === 'string' || command.operator.kind === 'number'
}

import type { Pass } from '../execute/pass.ts'
import { RegularExpression } from './regular-expression.ts'

/** Of the instructions that are kept, which take some 20 MB. */
const mostKept = 100_000

/** What a small pattern takes besides its instructions. */
const overhead = 100

/**
 * The pattern compiled, once for each execution as long as all of them together are not too large.
 * @throws RenderError
 */
export function regularExpressionOf(pattern: string, { patterns, budget }: Pass): RegularExpression {
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  const compiled = new RegularExpression(pattern, budget)
  const sizes = [compiled, ...patterns.values()].map(({ size }) => size + overhead)
  if (sizes.reduce((sum, size) => sum + size, 0) > mostKept) patterns.clear()
  patterns.set(pattern, compiled)
  return compiled
}

import type { Budget } from '../../limits.ts'
import type { FunctionGroup } from '../../template-function.ts'
import { List } from '../../values/values.ts'

/** sprig's numbers in a row. */
export const sprigRangeFunctions: FunctionGroup = {
  sprig_seq: {
    parameters: [],
    variadic: 'int',
    call: (bounds: readonly bigint[], { budget }) => sequence(bounds, budget).join(' '),
  },
  sprig_until: {
    parameters: ['int'],
    call: ([end]: readonly [bigint], { budget }) =>
      new List('[]int', range({ start: 0n, end, step: end < 0n ? -1n : 1n }, budget)),
  },
  sprig_untilStep: {
    parameters: ['int', 'int', 'int'],
    call: ([start, end, step]: readonly [bigint, bigint, bigint], { budget }) =>
      new List('[]int', range({ start, end, step }, budget)),
  },
}

interface Range {
  readonly start: bigint
  /** Not included. */
  readonly end: bigint
  readonly step: bigint
}

/** As the Unix command: the last number, the first and the last, or these with the step between. */
function sequence(bounds: readonly bigint[], budget: Budget): readonly bigint[] {
  const [first = 0n, second = 0n, third = 0n] = bounds
  if (bounds.length === 1) return inclusive({ start: 1n, end: first }, budget)
  if (bounds.length === 2) return inclusive({ start: first, end: second }, budget)
  if (bounds.length !== 3 || (third < first && second > 0n)) return []
  return inclusive({ start: first, end: third, step: second }, budget)
}

function inclusive(
  { start, end, step }: Pick<Range, 'start' | 'end'> & { readonly step?: bigint },
  budget: Budget,
): readonly bigint[] {
  const direction = end < start ? -1n : 1n
  return range({ start, end: BigInt.asIntN(64, end + direction), step: step ?? direction }, budget)
}

function range({ start, end, step }: Range, budget: Budget): readonly bigint[] {
  const distance = end - start
  if (step === 0n || distance === 0n || distance < 0n !== step < 0n) return []
  const count = Number((distance + step - (step < 0n ? -1n : 1n)) / step)
  budget.takeElements(count)
  return Array.from({ length: count }, (_, index) => start + BigInt(index) * step)
}

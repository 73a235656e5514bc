import type { Debt, Publication, PublishedOutput } from '../core/ports.ts'

/**
 * The debts after a publication that is owed to `notifiers`. It absorbs what one of them was owed before: that
 * one is then told once, of all. The instant is the later one's: a process that started between the two has read what is
 * older than the later.
 */
export function owe(
  debts: readonly Debt[],
  notifiers: readonly string[],
  publication: Publication,
): readonly Debt[] {
  const kept = debts.map(debt =>
    notifiers.includes(debt.notifier)
      ? { ...debt, publication: absorb(debt.publication, publication) }
      : debt,
  )
  const fresh = notifiers.filter(notifier => !debts.some(debt => debt.notifier === notifier))
  return [...kept, ...fresh.map(notifier => ({ notifier, publication }))]
}

function absorb(earlier: Publication, later: Publication): Publication {
  const outputs = new Map(earlier.outputs.map(output => [output.path, output]))
  for (const output of later.outputs) {
    const before = outputs.get(output.path)
    outputs.set(output.path, before === undefined ? output : absorbOutput(before, output))
  }
  return { ...later, outputs: [...outputs.values()] }
}

function absorbOutput(earlier: PublishedOutput, later: PublishedOutput): PublishedOutput {
  return {
    ...later,
    owners: [...new Set([...earlier.owners, ...later.owners])],
    first: earlier.first && later.first,
  }
}

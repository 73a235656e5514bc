import type { Budget } from '../limits.ts'
import { isMap, itemsOf, StructPointer, textOf, type Value, valueAt } from './values.ts'

export interface WrittenForm {
  /** What is no text, list or map takes about so many bytes; also a text takes no less. Default: 8. */
  readonly scalarBytes?: number
  /** Before each element, as often as it lies deep. */
  readonly indentBytes?: number
}

const scalarBytes = 8

/**
 * Looks at values before they are written whole, one behind the other: lists and maps may hold one another many times, or
 * themselves, so that there is more to write than memory holds. Takes from the budget for looking.
 * @throws LimitError where they are too large or too deep
 */
export function checkWritable(values: readonly Value[], budget: Budget, form: WrittenForm = {}): void {
  let bytes = 0
  let measure: Measure | undefined
  for (const value of values) {
    if (typeof value === 'string') bytes += Math.max(value.length, form.scalarBytes ?? 0)
    else {
      measure ??= new Measure(budget, form)
      const extent = measure.of(value, 0)
      budget.takeBytes(extent.bytes)
      bytes += extent.bytes
    }
    budget.checkBytes(bytes)
  }
}

interface Extent {
  readonly bytes: number
  /** Of all levels. */
  readonly elements: number
  readonly levels: number
}

class Measure {
  readonly #budget: Budget
  readonly #scalarBytes: number
  readonly #indentBytes: number
  /** Undefined for what is being measured. */
  readonly #known = new Map<Value, Extent | undefined>()

  constructor(budget: Budget, form: WrittenForm) {
    this.#budget = budget
    this.#scalarBytes = form.scalarBytes ?? scalarBytes
    this.#indentBytes = form.indentBytes ?? 0
  }

  of(value: Value, level: number): Extent {
    const parts = partsOf(value)
    if (parts === undefined) {
      const length = textOf(value)?.length ?? 0
      return { bytes: Math.max(length, this.#scalarBytes), elements: 0, levels: 0 }
    }
    this.#budget.checkDepth(level + 1)
    const known = this.#known.get(value)
    if (known !== undefined) {
      this.#budget.checkDepth(level + known.levels)
      return known
    }
    // What holds itself goes deeper than any limit.
    if (this.#known.has(value)) this.#budget.checkDepth(Number.POSITIVE_INFINITY)
    this.#known.set(value, undefined)
    if (isMap(value)) this.#budget.takeOrder(value.keys())
    const extent = this.#sum(parts, level)
    this.#known.set(value, extent)
    return extent
  }

  #sum(parts: readonly Value[], level: number): Extent {
    this.#budget.takeCopies(parts.length)
    let [bytes, elements, levels] = [2, parts.length, 0]
    for (const part of parts) {
      const inner = this.of(part, level + 1)
      bytes += 1 + inner.bytes
      elements += inner.elements
      levels = Math.max(levels, inner.levels)
    }
    return { bytes: bytes + elements * this.#indentBytes, elements, levels: levels + 1 }
  }
}

function partsOf(value: Value): readonly Value[] | undefined {
  if (isMap(value)) return [...value.keys()].flatMap((key: Value) => [key, valueAt(value, key)])
  return value instanceof StructPointer ? [...(value.fields?.values() ?? [])] : itemsOf(value)
}

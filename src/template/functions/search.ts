import { RenderError } from '../../core/errors.ts'
import type { Pass } from '../execute/pass.ts'
import type { Budget } from '../limits.ts'
import type { FunctionGroup } from '../template-function.ts'
import { bytewise } from '../text/go-string.ts'
import { Integer, itemsOf, type List, textOf, typeName, type Value } from '../values/values.ts'

type Wanted = readonly Value[] | List | null

/**
 * consul-template's search in lists and texts. Only texts, signed integers and floats are ever found, each among its own
 * kind; in a map nothing is.
 */
export const searchFunctions: FunctionGroup = {
  /** `{{ if in .hosts "a" }}yes{{ end }}`: the list, or the text, comes first. */
  in: { parameters: ['any', 'any'], call: ([container, value], pass) => holdsOne(container, value, pass) },
  /** `{{ if .hosts | contains "a" }}yes{{ end }}`: the list, or the text, comes last. */
  contains: {
    parameters: ['any', 'any'],
    call: ([value, container], pass) => holdsOne(container, value, pass),
  },
  /** `{{ containsAll .wanted .hosts }}` is true where every wanted one is there. */
  containsAll: someFunction((wanted, container) => wanted.every(value => holds(container, value))),
  /** `{{ containsAny .wanted .hosts }}` is true where one wanted is there. */
  containsAny: someFunction((wanted, container) => wanted.some(value => holds(container, value))),
  /** `{{ containsNone .wanted .hosts }}` is true where none wanted is there. */
  containsNone: someFunction((wanted, container) => !wanted.some(value => holds(container, value))),
  /** `{{ containsNotAll .wanted .hosts }}` is true where one wanted is not there. */
  containsNotAll: someFunction((wanted, container) => !wanted.every(value => holds(container, value))),
}

function someFunction(
  search: (wanted: readonly Value[], container: Value) => boolean,
): FunctionGroup[string] {
  return {
    parameters: ['[]interface {}', 'any'],
    call: ([wanted, container]: readonly [Wanted, Value], { budget }) => {
      const values = itemsOf(wanted) ?? []
      budget.takeCopies(values.length)
      for (const value of values) takeSearch(container, value, budget)
      return search(values, container)
    },
  }
}

function holdsOne(container: Value, value: Value, { budget }: Pass): boolean {
  takeSearch(container, value, budget)
  return holds(container, value)
}

/** For looking at each element, and at all of those texts that are as long as the one that is looked for. */
function takeSearch(container: Value, value: Value, budget: Budget): void {
  const items = itemsOf(container)
  const length = textOf(value)?.length ?? 0
  if (items === undefined) budget.takeRead(textOf(container)?.length ?? 0)
  else {
    budget.takeCopies(items.length)
    budget.takeRead(items.filter(item => textOf(item)?.length === length).length * length)
  }
}

function holds(container: Value, value: Value): boolean {
  const items = itemsOf(container)
  if (items !== undefined) return items.some(item => matches(item, value))
  const text = textOf(container)
  if (text === undefined || !areTexts(container, value)) return false
  const [found] = bytewise([text, textOf(value) ?? ''], (all, part) => (all.includes(part) ? [''] : []))
  return found !== undefined
}

function matches(item: Value, value: Value): boolean {
  if (textOf(item) !== undefined) return areTexts(item, value) && textOf(item) === textOf(value)
  if (typeof item === 'number') return item === value
  const integer = signed(item)
  return integer !== undefined && integer === signed(value)
}

/** As in the original, where a text stands nil cannot be looked for. */
function areTexts(text: Value, value: Value): boolean {
  if (value === undefined || value === null) throw new RenderError('nil cannot be looked for')
  return typeName(text) === typeName(value)
}

function signed(value: Value): bigint | undefined {
  if (value instanceof Integer) return value.type.startsWith('u') ? undefined : value.value
  return typeof value === 'bigint' ? value : undefined
}

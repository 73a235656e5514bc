import { RenderError } from '../../../core/errors.ts'
import type { Pass } from '../../execute/pass.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { List, type Value } from '../../values/values.ts'
import { toInt64 } from './cast.ts'
import { deepEqual } from './deep-equal.ts'
import { isEmpty } from './defaults.ts'
import { listOf } from './strval.ts'

/** sprig's list.go: none changes its arguments. Those with `must` are the same, for a template fails with both. */
export const sprigListFunctions: FunctionGroup = {
  ...withMust(
    'append',
    onListAnd((items, value) => [...items, value]),
  ),
  ...withMust('chunk', {
    parameters: ['int', 'any'],
    call: ([size, list]: readonly [bigint, Value], { budget }) => {
      const items = listOf(list)
      budget.takeElements(items.length)
      return new List('[][]interface {}', chunks(items, size))
    },
  }),
  ...withMust(
    'compact',
    onList(items => items.filter(item => !isEmpty(item))),
  ),
  sprig_concat: {
    parameters: [],
    variadic: 'any',
    call: (lists, { budget }) => {
      budget.takeCopies(lists.reduce((sum: number, list) => sum + listOf(list).length, 0))
      const items = lists.flatMap(listOf)
      return items.length === 0 ? nilList() : items
    },
  },
  ...withMust('first', { parameters: ['any'], call: ([list]) => listOf(list).at(0) ?? null }),
  ...withMust('has', {
    parameters: ['any', 'any'],
    call: ([value, list], pass) => list !== null && isAmong(listOf(list), value, pass),
  }),
  ...withMust(
    'initial',
    onList(items => (items.length === 0 ? nilList() : items.slice(0, -1))),
  ),
  ...withMust('last', { parameters: ['any'], call: ([list]) => listOf(list).at(-1) ?? null }),
  sprig_list: { parameters: [], variadic: 'any', call: args => args },
  ...withMust(
    'prepend',
    onListAnd((items, value) => [value, ...items]),
  ),
  ...withMust(
    'push',
    onListAnd((items, value) => [...items, value]),
  ),
  ...withMust(
    'rest',
    onList(items => (items.length === 0 ? nilList() : items.slice(1))),
  ),
  ...withMust(
    'reverse',
    onList(items => items.toReversed()),
  ),
  ...withMust('slice', {
    parameters: ['any'],
    variadic: 'any',
    call: ([list, start, end], { budget }) => {
      budget.takeCopies(listOf(list).length)
      return slice(list, start, end)
    },
  }),
  sprig_tuple: { parameters: [], variadic: 'any', call: args => args },
  ...withMust('uniq', onList(unique)),
  ...withMust('without', {
    parameters: ['any'],
    variadic: 'any',
    call: ([list, ...omitted], pass) => listOf(list).filter(item => !isAmong(omitted, item, pass)),
  }),
}

function withMust(name: string, called: TemplateFunction): FunctionGroup {
  const must = `sprig_must${name.charAt(0).toUpperCase()}${name.slice(1)}`
  return { [`sprig_${name}`]: called, [must]: called }
}

function onList(change: (items: readonly Value[], pass: Pass) => Value): TemplateFunction {
  return {
    parameters: ['any'],
    call: ([list], pass) => {
      const items = listOf(list)
      pass.budget.takeCopies(items.length)
      return change(items, pass)
    },
  }
}

function onListAnd(change: (items: readonly Value[], value: Value) => Value): TemplateFunction {
  return {
    parameters: ['any', 'any'],
    call: ([list, value], { budget }) => {
      const items = listOf(list)
      budget.takeCopies(items.length)
      return change(items, value)
    },
  }
}

function nilList(): List {
  return new List('[]interface {}', undefined)
}

function isAmong(items: readonly Value[], value: Value, { budget }: Pass): boolean {
  return items.some(item => deepEqual(value, item, budget))
}

function unique(items: readonly Value[], pass: Pass): Value {
  const kept: Value[] = []
  for (const item of items) if (!isAmong(kept, item, pass)) kept.push(item)
  return kept
}

function chunks(items: readonly Value[], size: bigint): Value[][] {
  const length = Number(size)
  // As there, a negative size may come out as no chunk.
  if (length < 0 && Math.floor((items.length - 1) / length) === -1) return []
  if (length <= 0) throw new RenderError('the size of a chunk is not positive')
  const count = Math.ceil(items.length / length)
  return Array.from({ length: count }, (_, index) => items.slice(index * length, (index + 1) * length))
}

function slice(list: Value, from: Value, to: Value): Value {
  const items = listOf(list)
  if (items.length === 0) return null
  const start = from === undefined ? 0 : Number(toInt64(from))
  const end = to === undefined ? items.length : Number(toInt64(to))
  if (start < 0 || end < start || end > items.length) throw new RenderError('the bounds are out of range')
  const part = items.slice(start, end)
  return list instanceof List ? new List(list.type, part) : part
}

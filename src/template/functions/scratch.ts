import { RenderError } from '../../core/errors.ts'
import type { Method } from '../execute/method.ts'
import type { FunctionGroup } from '../template-function.ts'
import { sortedKeys } from '../values/sorted-keys.ts'
import { isPlainMap, List, StructPointer, type Value } from '../values/values.ts'
import { writableMap } from '../values/writable-map.ts'

/** consul-template's `scratch`: what one execution notes down, shared by all its templates. */
export const scratchFunctions: FunctionGroup = {
  /** `{{ scratch.Set "k" 1 }}{{ scratch.Get "k" }}` is `1`. */
  scratch: {
    parameters: [],
    call: (_, pass) => {
      pass.scratch ??= new StructPointer('template.Scratch', new Map(), scratchMethods())
      return pass.scratch
    },
  },
}

function scratchMethods(): ReadonlyMap<string, Method> {
  const values = new Map<string, Value>()

  const mapSet = (overwrite: boolean): Method => ({
    parameters: ['string', 'string', 'any'],
    call: ([key, mapKey, value]: readonly [string, string, Value]) => {
      const existing = values.has(key) ? values.get(key) : new Map<string, Value>()
      if (!isPlainMap(existing)) throw new RenderError('what is kept under the key is not a map')
      values.set(key, existing)
      if (overwrite || !existing.has(mapKey)) writableMap(existing).set(mapKey, value)
      return ''
    },
  })

  const set = (overwrite: boolean): Method => ({
    parameters: ['string', 'any'],
    call: ([key, value]: readonly [string, Value]) => {
      if (overwrite || !values.has(key)) values.set(key, value)
      return ''
    },
  })

  return new Map<string, Method>([
    ['Key', { parameters: ['string'], call: ([key]: readonly [string]) => values.has(key) }],
    ['Get', { parameters: ['string'], call: ([key]: readonly [string]) => values.get(key) ?? null }],
    ['Set', set(true)],
    ['SetX', set(false)],
    ['MapSet', mapSet(true)],
    ['MapSetX', mapSet(false)],
    [
      'MapValues',
      {
        parameters: ['string'],
        call: ([key]: readonly [string], { budget }) => {
          const map = values.get(key)
          if (!isPlainMap(map)) return new List('[]interface {}', undefined)
          budget.takeOrder(map.keys())
          return sortedKeys(map).map(name => map.get(name))
        },
      },
    ],
  ])
}

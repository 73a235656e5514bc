import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits } from '../../../src/template/limits.ts'
import { TypedMap, type Value } from '../../../src/template/values/values.ts'
import { checkWritable, type WrittenForm } from '../../../src/template/values/written-size.ts'

describe('what is looked at before it is written whole', () => {
  it('counts as often as it is written, also where it is held several times', () => {
    let list: Value = ['x']
    for (let level = 0; level < 50; level += 1) list = [list, list]
    expect(() => check([list])).toThrow('the text is larger than 4 MiB')
  })

  it('is too deep where it holds itself, or more than may be within one another', () => {
    const map = new Map<string, Value>()
    map.set('self', [map])
    expect(() => check([map])).toThrow('it is nested more than 500 deep')
    let list: Value = []
    for (let level = 0; level < 499; level += 1) list = [list]
    check([list])
    expect(() => check([[list]])).toThrow('it is nested more than 500 deep')
  })

  it('takes about as much as it holds', () => {
    const text = 'x'.repeat(1000)
    const typed = new TypedMap({ key: 'string', value: 'string' }, [['k', text]])
    for (const value of [text, [text], new Map([['k', text]]), typed]) {
      expect(bytesOf([value])).toBeGreaterThanOrEqual(1000)
      expect(bytesOf([value])).toBeLessThan(1020)
    }
    expect(bytesOf([text, text])).toBe(2000)
  })

  it('takes more where each scalar is wide, or each line of what lies deep is indented', () => {
    expect(bytesOf([['a', 'b']], { scalarBytes: 100 })).toBe(204)
    const deep = [[['a', 'b']]]
    expect(bytesOf(deep, { indentBytes: 2 }) - bytesOf(deep)).toBe(2 * (1 + 2 + 2))
  })
})

function check(values: readonly Value[]): void {
  checkWritable(values, new Budget(defaultLimits))
}

/** The least that is allowed. */
function bytesOf(values: readonly Value[], form?: WrittenForm): number {
  let maxOutputBytes = 0
  for (;;) {
    try {
      checkWritable(values, new Budget({ ...defaultLimits, maxOutputBytes }), form)
      return maxOutputBytes
    } catch {
      maxOutputBytes += 1
    }
  }
}

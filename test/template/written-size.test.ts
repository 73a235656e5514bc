import { describe, expect, it } from 'vitest'
import { TypedMap, type Value } from '../../src/template/values.ts'
import { writtenSize } from '../../src/template/written-size.ts'

describe('the size of a value that is written whole', () => {
  it('counts what is held several times as often as it is written', () => {
    let list: Value = ['x']
    for (let level = 0; level < 50; level += 1) list = [list, list]
    expect(writtenSize(list)).toBeGreaterThan(2 ** 50)
  })

  it('has no end where something holds itself', () => {
    const map = new Map<string, Value>()
    map.set('self', [map])
    expect(writtenSize(map)).toBe(Number.POSITIVE_INFINITY)
  })

  it('is about that of what it holds', () => {
    const text = 'x'.repeat(1000)
    const typed = new TypedMap({ key: 'string', value: 'string' }, [['k', text]])
    for (const value of [text, [text], new Map([['k', text]]), typed]) {
      expect(writtenSize(value)).toBeGreaterThanOrEqual(1000)
      expect(writtenSize(value)).toBeLessThan(1020)
    }
  })
})

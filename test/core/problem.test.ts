import { describe, expect, it } from 'vitest'
import { inOrder } from '../../src/core/problem.ts'

describe('inOrder', () => {
  it('sorts what belongs to one file by its place', () => {
    const at = (line: number, column: number) => ({ file: '/k', line, column, message: '' })
    expect(inOrder([at(2, 1), at(1, 9), at(1, 2)])).toEqual([at(1, 2), at(1, 9), at(2, 1)])
  })
})

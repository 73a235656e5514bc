import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits, LimitError } from '../../src/template/limits.ts'

describe('the budget of an execution', () => {
  it('is enough for exactly as many steps as it says', () => {
    const budget = new Budget({ ...defaultLimits, maxSteps: 3 })
    budget.takeSteps(2)
    budget.takeSteps(1)
    expect(() => budget.takeSteps(1)).toThrow(LimitError)
  })

  it('counts bytes where a text is near its limit', () => {
    const budget = new Budget({ ...defaultLimits, maxOutputBytes: 4 })
    budget.takeText('abcd')
    budget.takeText('éé')
    expect(() => budget.takeText('ééé')).toThrow('the text is larger than 4 bytes')
  })

  it('is over where a count is too large to be one', () => {
    const budget = new Budget(defaultLimits)
    expect(() => budget.takeBytes(Number.NaN)).toThrow('the text is larger than 4 MiB')
    expect(() => budget.takeSteps(Number.NaN)).toThrow('it takes more than 1000000 steps')
  })

  it('takes more for a call that reads much, and for a list than for its copy', () => {
    const stepsOf = (take: (budget: Budget) => void) => {
      let left = 0
      while (!fits(left, take)) left += 1
      return left
    }
    expect(stepsOf(budget => budget.takeCall(['x', 1n]))).toBeLessThan(3)
    expect(stepsOf(budget => budget.takeCall(['x'.repeat(1600)]))).toBe(101)
    expect(stepsOf(budget => budget.takeElements(8))).toBe(64)
    expect(stepsOf(budget => budget.takeCopies(8))).toBe(2)
  })
})

function fits(maxSteps: number, take: (budget: Budget) => void): boolean {
  try {
    take(new Budget({ ...defaultLimits, maxSteps }))
    return true
  } catch {
    return false
  }
}

import { describe, expect, it } from 'vitest'
import { formatProblem, formatProblems, inOrder } from '../../src/config/problem.ts'

describe('formatProblem', () => {
  it('shows the place, the message, the line with a caret, and the hint', () => {
    const problem = {
      file: '/etc/k.yaml',
      line: 3,
      column: 4,
      excerpt: '\ta: setle',
      message: 'unknown key "setle"',
      hint: 'did you mean "settle"?',
    }
    expect(formatProblem(problem)).toBe(
      '/etc/k.yaml:3:4: unknown key "setle"\n    \ta: setle\n    \t  ^\n  hint: did you mean "settle"?',
    )
  })

  it('names the option where there is no file, and leaves out what is not known', () => {
    expect(formatProblem({ option: 'VAULT_TOKEN', message: 'it is set' })).toBe('VAULT_TOKEN: it is set')
    expect(formatProblem({ message: 'it is set', hint: 'unset it' })).toBe('it is set\n  hint: unset it')
  })

  it('shows no line that is too long to be read', () => {
    const problem = { file: '/k', line: 1, column: 500, excerpt: 'x'.repeat(600), message: 'no' }
    expect(formatProblem(problem)).toBe('/k:1:500: no')
  })

  it('separates problems by a blank line', () => {
    expect(formatProblems([{ message: 'a' }, { message: 'b' }])).toBe('a\n\nb')
  })
})

describe('inOrder', () => {
  it('sorts what belongs to one file by its place', () => {
    const at = (line: number, column: number) => ({ file: '/k', line, column, message: '' })
    expect(inOrder([at(2, 1), at(1, 9), at(1, 2)])).toEqual([at(1, 2), at(1, 9), at(2, 1)])
  })
})

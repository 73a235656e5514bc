import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/cli/format-problem.ts'
import { palette } from '../../src/cli/terminal.ts'
import type { Problem } from '../../src/core/problem.ts'

const format = (problem: Problem) => formatProblem(problem, palette({ colour: false }))

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
    expect(format(problem)).toBe(
      '/etc/k.yaml:3:4: unknown key "setle"\n    3 | \ta: setle\n      | \t  ^\n  hint: did you mean "settle"?',
    )
  })

  it('names the option where there is no file, and leaves out what is not known', () => {
    expect(format({ option: 'VAULT_TOKEN', message: 'it is set' })).toBe('VAULT_TOKEN: it is set')
    expect(format({ message: 'it is set', hint: 'unset it' })).toBe('it is set\n  hint: unset it')
  })

  it('shows of a long line what stands around the place', () => {
    const excerpt = `${'a'.repeat(500)}X${'b'.repeat(500)}`
    const [, line = '', caret = ''] = format({ line: 1, column: 501, excerpt, message: 'no' }).split('\n')
    expect(line).toMatch(/^ {4}1 \| …a{50}Xb{49}…$/)
    expect(line.charAt(caret.indexOf('^'))).toBe('X')
  })

  it('puts the caret below its place behind characters of two columns and of none', () => {
    const before = '鍵e\u0301🔑'
    const [, , caret] = format({
      line: 1,
      column: before.length + 1,
      excerpt: `${before}x`,
      message: 'no',
    }).split('\n')
    expect(caret).toBe(`      | ${' '.repeat(5)}^`)
  })

  it('shows nothing that a terminal would obey', () => {
    const text = 'a\u001b[2Jb\u009bc\u202ed'
    const shown = format({ file: text, line: 1, column: 1, excerpt: text, message: text, hint: text })
    expect(shown.match(/a�\[2Jb�c�d/g)).toHaveLength(4)
  })
})

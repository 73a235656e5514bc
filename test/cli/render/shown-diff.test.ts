import { describe, expect, it } from 'vitest'
import { diffLines } from '../../../src/cli/render/line-diff.ts'
import { clearDiff, type DiffRow, shownDiff } from '../../../src/cli/render/shown-diff.ts'
import type { Piece } from '../../../src/core/piece.ts'

const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
const rows = (diff: readonly DiffRow[]) => diff.map(({ mark, text }) => `${mark}${text.trimEnd()}`)
const value = (label: string, hides = 0): Piece => ({ shown: `‹${label}›`, hides })
const text = (shown: string): Piece => ({ shown })

describe('what differs in clear', () => {
  it.each([
    ['a\nb\n', 'a\nb\n', [' a', ' b']],
    ['', 'a\n', ['+a']],
    ['a\n', '', ['-a']],
    ['a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['a\nb\nc\nd\n', 'b\nc\nx\nd\ne\n', ['-a', ' b', ' c', '+x', ' d', '+e']],
    ['a', 'a\n', ['-a', '+a']],
  ])('%j %j', (older, newer, expected) => {
    expect(rows(clearDiff(lines(older), lines(newer)))).toEqual(expected)
  })

  it('leads from the one text to the other, whatever they are', () => {
    for (let seed = 0; seed < 500; seed++) {
      const word = (length: number, step: number) =>
        Array.from({ length }, (_, index) => 'abc'.charAt((((seed + 1) * (index + 3) * step) % 7) % 3))
      const [older, newer] = [word(seed % 9, 5), word((seed * 7) % 8, 11)]
      const diff = clearDiff(older, newer)
      expect(diff.filter(({ mark }) => mark !== '+').map(row => row.text)).toEqual(older)
      expect(diff.filter(({ mark }) => mark !== '-').map(row => row.text)).toEqual(newer)
    }
  })

  it('is one hunk where there is too much to compare', () => {
    const many = (prefix: string) => [
      'same',
      ...Array.from({ length: 3_000 }, (_, index) => `${prefix}${index}`),
      'end',
    ]
    expect(diffLines(many('a'), many('b'))).toEqual([
      { oldStart: 1, oldEnd: 3_001, newStart: 1, newEnd: 3_001 },
    ])
  })
})

describe('what differs, masked', () => {
  const pieces = [text('host='), value('host'), text('\nkey='), value('key', 2), text('\nend\n')]
  const newer = lines('host=h\nkey=1\n2\n3\nend\n')

  it.each([
    ['host=h\nkey=1\n2\n3\nend\n', [' host=‹host›', ' key=‹key›', ' end']],
    ['host=x\nkey=1\n2\n3\nend\n', ['~host=‹host›', ' key=‹key›', ' end']],
    ['host=h\nkey=1\nx\n3\nend\n', [' host=‹host›', '~key=‹key›', ' end']],
    ['host=h\nkey=1\n2\nmore\n3\nend\n', [' host=‹host›', '~key=‹key›', ' end']],
    ['host=h\nkey=1\n3\nend\n', [' host=‹host›', '~key=‹key›', ' end']],
    ['host=h\nend\n', [' host=‹host›', '+key=‹key›', ' end']],
    ['host=h\nsecret\nline\nkey=1\n2\n3\nend\n', [' host=‹host›', '-‹2 lines›', ' key=‹key›', ' end']],
    ['host=h\nkey=1\n2\n3\nend\nsecret\n', [' host=‹host›', ' key=‹key›', ' end', '-‹1 line›']],
    ['', ['+host=‹host›', '+key=‹key›', '+end']],
  ])('%j', (older, expected) => {
    expect(rows(shownDiff(lines(older), newer, pieces))).toEqual(expected)
  })

  it('marks all lines of a part whose lines stand for none of the text in particular', () => {
    const whole = [{ shown: 'a = ‹a›\n[b]\n‹b›\n', hides: 4 }]
    expect(rows(shownDiff(lines('a\nb\nc\nd\n'), lines('a\nb\nx\nd\n'), whole))).toEqual([
      '~a = ‹a›',
      '~[b]',
      '~‹b›',
    ])
  })
})

import type { Piece } from '../../core/piece.ts'
import { diffLines, type Hunk } from './line-diff.ts'

/** A line of a comparison: as it was, new, no longer there, or with another value in it (`~`). */
export interface DiffRow {
  readonly mark: ' ' | '+' | '-' | '~'
  readonly text: string
}

/** What differs, in clear. */
export function clearDiff(older: readonly string[], newer: readonly string[]): DiffRow[] {
  const rows: DiffRow[] = []
  let done = 0
  for (const { oldStart, oldEnd, newStart, newEnd } of diffLines(older, newer)) {
    rows.push(...newer.slice(done, newStart).map(text => ({ mark: ' ' as const, text })))
    rows.push(...older.slice(oldStart, oldEnd).map(text => ({ mark: '-' as const, text })))
    rows.push(...newer.slice(newStart, newEnd).map(text => ({ mark: '+' as const, text })))
    done = newEnd
  }
  rows.push(...newer.slice(done).map(text => ({ mark: ' ' as const, text })))
  return rows
}

/** What differs, as it may be shown: the pieces tell which line of what is shown stands for which lines of the text. */
export function shownDiff(
  older: readonly string[],
  newer: readonly string[],
  pieces: readonly Piece[],
): DiffRow[] {
  const hunks = diffLines(older, newer)
  const removals = hunks.filter(hunk => hunk.newStart === hunk.newEnd)
  const rows: DiffRow[] = []
  let told = 0
  const tellRemovals = (before: number) => {
    for (; (removals[told]?.newStart ?? Infinity) <= before; told++) rows.push(removalRow(removals[told]))
  }
  for (const line of shownLines(pieces)) {
    tellRemovals(line.from)
    const within = removals.slice(told).some(({ newStart }) => newStart <= line.to)
    rows.push({ mark: within ? '~' : markOf(line, hunks), text: line.text })
    while ((removals[told]?.newStart ?? Infinity) <= line.to) told += 1
  }
  tellRemovals(newer.length)
  return rows
}

/** Nothing is known of what an old line was made of. */
function removalRow(hunk: Hunk | undefined): DiffRow {
  const count = hunk === undefined ? 0 : hunk.oldEnd - hunk.oldStart
  return { mark: '-', text: `‹${count} ${count === 1 ? 'line' : 'lines'}›` }
}

function markOf({ from, to }: ShownLine, hunks: readonly Hunk[]): DiffRow['mark'] {
  const touching = hunks.filter(({ newStart, newEnd }) => newStart <= to && newEnd > from)
  if (touching.length === 0) return ' '
  const [hunk] = touching
  const isNew = hunk !== undefined && hunk.oldStart === hunk.oldEnd
  return isNew && hunk.newStart <= from && hunk.newEnd > to ? '+' : '~'
}

interface ShownLine {
  text: string
  /** Lines of the text, both included. */
  from: number
  to: number
}

function shownLines(pieces: readonly Piece[]): ShownLine[] {
  let line: ShownLine = { text: '', from: 0, to: 0 }
  const lines = [line]
  let at = 0
  for (const { shown, hides } of pieces) {
    const end = at + (hides ?? 0)
    for (const [index, text] of shown.split('\n').entries()) {
      if (index > 0) {
        if (hides === undefined) at += 1
        line = { text: '', from: at, to: at }
        lines.push(line)
      }
      line.text += text
      line.to = Math.max(line.to, hides === undefined ? at : end)
    }
    if (hides !== undefined) at = end
  }
  return lines.at(-1)?.text === '' ? lines.slice(0, -1) : lines
}

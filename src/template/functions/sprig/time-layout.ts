/** The parts of Go's reference time, Mon Jan 2 15:04:05 MST 2006, longer ones before those that they begin with. */
const parts = [
  ...['January', 'Jan', 'Monday', 'Mon', 'MST', '002', '01', '02', '03', '04', '05', '06', '15', '1'],
  ...['2006', '2', '__2', '_2', '3', '4', '5', 'PM', 'pm'],
  ...['-070000', '-07:00:00', '-0700', '-07:00', '-07'],
  ...['Z070000', 'Z07:00:00', 'Z0700', 'Z07:00', 'Z07'],
] as const

export type LayoutPart = (typeof parts)[number] | 'fraction'

export interface LayoutPiece {
  /** Stands before the part. */
  readonly text: string
  /** Undefined at the end. */
  readonly part: LayoutPart | undefined
  /** As it is written in the layout. */
  readonly written: string
}

/** Reads a layout of Go's time package. */
export function layoutPieces(layout: string): readonly LayoutPiece[] {
  const pieces: LayoutPiece[] = []
  let start = 0
  let at = 0
  while (at < layout.length) {
    const written = partAt(layout, at)
    if (written === undefined) {
      at += 1
      continue
    }
    const part = parts.find(candidate => candidate === written) ?? 'fraction'
    pieces.push({ text: layout.slice(start, at), part, written })
    at += written.length
    start = at
  }
  return [...pieces, { text: layout.slice(start), part: undefined, written: '' }]
}

function partAt(layout: string, at: number): string | undefined {
  // The underscore of `_2006` is one.
  if (layout.startsWith('_2006', at)) return undefined
  const found = parts.find(part => layout.startsWith(part, at))
  if (found === undefined) return fractionAt(layout, at)
  // `Jan` and `Mon` are none at the beginning of another word.
  const isName = found === 'Jan' || found === 'Mon'
  return isName && /^[a-z]/.test(layout.slice(at + 3, at + 4)) ? undefined : found
}

/** A point or comma with zeros or nines, which no other digit follows. */
function fractionAt(layout: string, at: number): string | undefined {
  if (layout.charAt(at) !== '.' && layout.charAt(at) !== ',') return undefined
  const digit = layout.charAt(at + 1)
  if (digit !== '0' && digit !== '9') return undefined
  let end = at + 1
  while (layout.charAt(end) === digit) end += 1
  return /[0-9]/.test(layout.charAt(end)) ? undefined : layout.slice(at, end)
}

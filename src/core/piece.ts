/** A part of an output as it may be shown to a person who must not see secrets. */
export interface Piece {
  /** What stands in the template or belongs to the format; or a label in place of what derives from secrets. */
  readonly shown: string
  /** Line breaks of the text in whose place labels stand; undefined where `shown` is the text itself. */
  readonly hides?: number | undefined
}

export type Tell = (piece: Piece) => void

/** The label alone, with nothing of the content. */
export function hidden(label: string, content: string | Uint8Array): Piece {
  return { shown: `‹${label}›`, hides: lineBreaksIn(content) }
}

export function lineBreaksIn(content: string | Uint8Array): number {
  let count = 0
  for (const unit of content) if (unit === '\n' || unit === 0x0a) count += 1
  return count
}

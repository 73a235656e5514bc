import { lineBreaksIn, type Piece } from '../../core/piece.ts'
import type { Fields } from '../formats/fields.ts'
import { sortedKeys } from '../values/sorted-keys.ts'

export type Write = (fields: Fields) => string

interface FormatParts {
  readonly format: 'json' | 'yaml' | 'toml' | 'properties' | 'dotenv' | 'pgpass'
  readonly write: Write
  labelOf(field: string): string
}

/** No format escapes it or looks at it in another way than at other texts. */
const standIn = 'keyturnStandIn'
/** The quotes go with it: which ones there are may depend on the value. */
const writtenStandIn = new RegExp(`(["']?)${standIn}(\\d+)e\\1`, 'g')

/** What stands around the fields. */
const frames = { json: { open: '{\n', between: ',\n', close: '\n}\n' } }
const noFrame = { open: '', between: '', close: '' }

/**
 * The fields in a format, a piece for each where they can be told apart. What is shown is written from stand-ins and the
 * fields' names, never from a value.
 */
export function formatPieces(fields: Fields, parts: FormatParts): Piece[] {
  const { format, write } = parts
  const whole = write(fields)
  const names = sortedKeys(fields)
  // Its columns are no fields of their own.
  if (format === 'pgpass' || names.length === 0) return [asOne(fields, whole, parts)]

  const frame = format === 'json' ? frames.json : noFrame
  const inFrame = (text: string) => text.slice(frame.open.length, text.length - frame.close.length)
  const texts = names.map(name => inFrame(write(only(fields, name))))
  // In TOML a table stands behind all that is none.
  if (frame.open + texts.join(frame.between) + frame.close !== whole) return [asOne(fields, whole, parts)]

  const pieces: Piece[] = [{ shown: frame.open }]
  for (const [index, name] of names.entries()) {
    if (index > 0) pieces.push({ shown: frame.between })
    const [shown, shownEnd] = lineEndApart(inFrame(masked(only(fields, name), parts)))
    const [text] = lineEndApart(texts[index] ?? '')
    pieces.push({ shown, hides: lineBreaksIn(text) }, { shown: shownEnd })
  }
  pieces.push({ shown: frame.close })
  return pieces.filter(({ shown }) => shown !== '')
}

/** A field's last line break belongs to the format. */
function lineEndApart(text: string): [text: string, end: string] {
  return text.endsWith('\n') ? [text.slice(0, -1), '\n'] : [text, '']
}

function asOne(fields: Fields, whole: string, parts: FormatParts): Piece {
  return { shown: masked(fields, parts), hides: lineBreaksIn(whole) }
}

function masked(fields: Fields, { write, labelOf }: FormatParts): string {
  const names = sortedKeys(fields)
  const standIns = names.map((name, index) => {
    const text = `${standIn}${index}e`
    return [name, { content: text, value: text }] as const
  })
  return write(new Map(standIns)).replace(
    writtenStandIn,
    (_, _quote, index) => `‹${labelOf(names[Number(index)] ?? '')}›`,
  )
}

function only(fields: Fields, name: string): Fields {
  const field = fields.get(name)
  return field === undefined ? new Map() : new Map([[name, field]])
}

import { runeCount } from '../text/go-string.ts'

/** What stands between `%` and the verb. */
export interface FormatFlags {
  width: number | undefined
  precision: number | undefined
  minus: boolean
  plus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  /** `%+v` and `%#v`, whose flags mean something else. */
  plusV: boolean
  sharpV: boolean
}

export function noFlags(): FormatFlags {
  return {
    width: undefined,
    precision: undefined,
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
  }
}

/** Fills up to the width, counted in characters: on the left, with zeros where asked for, or on the right. */
export function padded(text: string, flags: FormatFlags, zero = flags.zero): string {
  const missing = (flags.width ?? 0) - runeCount(text)
  if (missing <= 0) return text
  if (flags.minus) return text + ' '.repeat(missing)
  return (zero ? '0' : ' ').repeat(missing) + text
}

/** The first characters, as many as the precision says. */
export function truncated(text: string, { precision }: FormatFlags): string {
  if (precision === undefined || text.length <= precision) return text
  let end = 0
  for (let left = precision; left > 0 && end < text.length; left -= 1) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}

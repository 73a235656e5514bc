import type { Budget } from '../../limits.ts'
import { byteString, fromByteString } from './bytes.ts'

export interface WrapOptions {
  /** In bytes; less than 1 counts as 1. */
  readonly width: bigint
  /** Stands between lines; the empty one is a line feed. */
  readonly separator: string
  /** Whether words that are longer than a line are cut. */
  readonly cutsWords: boolean
  readonly budget: Budget
}

/** goutils.WrapCustom: lines of at most `width` bytes, broken at spaces. */
export function wrap(text: string, options: WrapOptions): string {
  const line = byteString(text)
  const separator = byteString(options.separator) || '\n'
  const width = options.width < 1n ? 1 : Number(options.width)
  const parts: string[] = []
  let at = 0
  while (line.length - at > width) {
    if (line.charAt(at) === ' ') {
      at += 1
      continue
    }
    const space = line.slice(at, at + width + 1).lastIndexOf(' ')
    const isCut = space < 0 && options.cutsWords
    const end = space >= 0 ? at + space : isCut ? at + width : line.indexOf(' ', at + width)
    if (end < 0) break
    parts.push(line.slice(at, end))
    at = isCut ? end : end + 1
    options.budget.takeElements(1)
  }
  parts.push(line.slice(at))
  return fromByteString(options.budget.join(parts, separator))
}

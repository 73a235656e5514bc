import { byteString, fromByteString } from './bytes.ts'

/** goutils.AbbreviateFull: at most `width` bytes, with `...` for what is left out behind and, from an offset on, before. */
export function abbreviate(text: string, offset: bigint, width: bigint): string {
  return fromByteString(abbreviateBytes(byteString(text), Number(offset), Number(width)))
}

function abbreviateBytes(bytes: string, asked: number, width: number): string {
  if (bytes === '' || width < 4) return ''
  const { length } = bytes
  if (length <= width) return bytes
  let offset = Math.min(asked, length)
  if (length - offset < width - 3) offset = length - (width - 3)
  if (offset <= 4) return `${bytes.slice(0, width - 3)}...`
  if (width < 7) return ''
  if (offset + width - 3 < length) return `...${abbreviateBytes(bytes.slice(offset), 0, width - 3)}`
  return `...${bytes.slice(length - (width - 3))}`
}

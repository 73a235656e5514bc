const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What an encoded text holds, or the offset of the byte at which Go says that it is not valid. */
export type Decoded = { readonly bytes: Uint8Array } | { readonly invalidAt: number }

/** Go's base64.StdEncoding: padded, line breaks are skipped. Takes a byte string. */
export function decodeBase64(text: string): Decoded {
  const quads = /^[A-Za-z0-9+/]*={0,2}$/
  const digits = text.replaceAll('\r', '').replaceAll('\n', '')
  if (digits.length % 4 === 0 && quads.test(digits)) return { bytes: Buffer.from(digits, 'base64') }
  return { invalidAt: invalidBase64(text) }
}

/** Go's base32.StdEncoding. Takes a byte string. */
export function decodeBase32(text: string): Decoded {
  const digits = text.replaceAll('\r', '').replaceAll('\n', '')
  const bytes: number[] = []
  for (let at = 0; at < digits.length; ) {
    const group = readBase32Group(digits, at)
    if ('invalidAt' in group) return group
    bytes.push(...group.bytes)
    if (group.bytes.length < 5) break
    at += 8
  }
  return { bytes: Uint8Array.from(bytes) }
}

function invalidBase64(text: string): number {
  let count = 0
  let at = 0
  for (; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\r' || character === '\n') continue
    if (base64Digits.includes(character)) count = (count + 1) % 4
    else if (character === '=' && count >= 2) return invalidPadding(text, at + 1, count)
    else return at
  }
  return at - count
}

/** @param count of digits that stand before the padding in its group */
function invalidPadding(text: string, start: number, count: number): number {
  let at = afterBreaks(text, start)
  if (count === 2) {
    if (at === text.length) return at
    if (text.charAt(at) !== '=') return at - 1
    at = afterBreaks(text, at + 1)
  }
  return at
}

function afterBreaks(text: string, start: number): number {
  let at = start
  while (text.charAt(at) === '\r' || text.charAt(at) === '\n') at += 1
  return at
}

function readBase32Group(
  text: string,
  start: number,
): { readonly bytes: readonly number[] } | { readonly invalidAt: number } {
  let bits = 0n
  let count = 0
  for (; count < 8; count += 1) {
    const at = start + count
    if (at >= text.length) return { invalidAt: text.length - count }
    const digit = base32Digits.indexOf(text.charAt(at))
    const left = text.length - at - 1
    if (text.charAt(at) === '=' && count >= 2 && left < 8) {
      if (left + count < 7) return { invalidAt: text.length }
      const padding = text.slice(at + 1, at + 8 - count)
      const wrong = [...padding].findIndex(character => character !== '=')
      if (wrong >= 0) return { invalidAt: at + wrong }
      if (count === 3 || count === 6) return { invalidAt: at }
      break
    }
    if (digit < 0) return { invalidAt: at }
    bits = (bits << 5n) | BigInt(digit)
  }
  const size = Math.floor((count * 5) / 8)
  bits >>= BigInt(count * 5 - size * 8)
  const bytes = Array.from({ length: size }, (_, index) =>
    Number((bits >> BigInt(8 * (size - 1 - index))) & 0xffn),
  )
  return { bytes }
}

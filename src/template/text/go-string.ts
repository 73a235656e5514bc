/**
 * Go's strings are bytes. Here one is a JS string in which a byte that is not part of valid UTF-8 stands as the lone
 * surrogate U+DC00 + byte (as in Python's PEP 383), so that text, by far the common case, needs no conversion.
 */
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function stringFromBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return decodeWithEscapes(bytes)
  }
}

export function bytesOfString(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text)
  // With the u flag a surrogate pair is one character, so only escaped bytes match.
  const parts = text.split(/([\udc80-\udcff])/u)
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 1 ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part),
    ),
  )
}

/** Pieces that were joined may together be valid UTF-8, which then must not stay escaped. */
export function joined(text: string): string {
  return text.isWellFormed() ? text : stringFromBytes(bytesOfString(text))
}

export function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : bytesOfString(text).length
}

/**
 * An operation on bytes. Where all texts are UTF-8 it may work on them as they are; where one is not, it gets each byte as
 * one character, and what it answers is read the same way.
 */
export function bytewise(texts: readonly string[], operate: (...texts: string[]) => string[]): string[] {
  if (texts.every(text => text.isWellFormed())) return operate(...texts)
  const bytes = texts.map(text => Buffer.from(bytesOfString(text)).toString('latin1'))
  return operate(...bytes).map(part => stringFromBytes(Buffer.from(part, 'latin1')))
}

/** The code points of Go's `range`, an escaped byte being one. */
export function runeCount(text: string): number {
  let count = text.length
  for (let index = 0; index < text.length - 1; index += 1) {
    if (isHighSurrogate(text.charCodeAt(index))) count -= 1
  }
  return count
}

/** The byte behind a code point that stands for one, else undefined. */
export function escapedByte(codePoint: number): number | undefined {
  return codePoint >= 0xdc80 && codePoint <= 0xdcff ? codePoint - 0xdc00 : undefined
}

/** Orders by bytes, as Go does. Negative, zero or positive. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  if (!a.isWellFormed() || !b.isWellFormed()) return Buffer.compare(bytesOfString(a), bytesOfString(b))
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (left !== right) return codePointOrder(left) - codePointOrder(right)
  }
  return a.length - b.length
}

/** In UTF-16 the surrogates lie below U+E000..U+FFFF, in UTF-8 the characters they make lie above. */
function codePointOrder(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
        : strictDecoder.decode(bytes.subarray(at, at + length))
    at += Math.max(length, 1)
  }
  return text
}

/** Bytes of the UTF-8 sequence at `at`; 0 where there is none (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return 0
  const second = bytes[at + 1] ?? 0
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < lowest || second > highest) return 0
  for (let index = 2; index < length; index += 1) {
    const next = bytes[at + index] ?? 0
    if (next < 0x80 || next > 0xbf) return 0
  }
  return length
}

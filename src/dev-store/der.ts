/**
 * ASN.1 in DER, as far as certificates need it.
 * @see https://www.itu.int/rec/T-REC-X.690
 */
export type Der = Uint8Array

export function sequence(...parts: readonly Der[]): Der {
  return encoded(0x30, ...parts)
}

export function set(...parts: readonly Der[]): Der {
  return encoded(0x31, ...parts)
}

/** Not negative, from its bytes. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes[0] ?? 0
  return encoded(0x02, ...(first > 0x7f ? [Uint8Array.of(0)] : []), bytes)
}

export function boolean(value: boolean): Der {
  return encoded(0x01, Uint8Array.of(value ? 0xff : 0))
}

export function text(value: string): Der {
  return encoded(0x0c, Buffer.from(value))
}

export function bytes(value: Uint8Array): Der {
  return encoded(0x04, value)
}

export function bits(value: Uint8Array, unused = 0): Der {
  return encoded(0x03, Uint8Array.of(unused), value)
}

/** `2.5.4.3` and its like. */
export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  const arcs = [40 * first + second, ...others].flatMap(arc => {
    const septets = [arc & 0x7f]
    for (let rest = arc >> 7; rest > 0; rest >>= 7) septets.unshift((rest & 0x7f) | 0x80)
    return septets
  })
  return encoded(0x06, Uint8Array.from(arcs))
}

/** UTCTime up to 2049, GeneralizedTime from then on, as RFC 5280 wants it. Whole seconds. */
export function time(ms: number): Der {
  const digits = new Date(ms).toISOString().replace(/\.\d+|[-:T]/g, '')
  return Number(digits.slice(0, 4)) < 2050
    ? encoded(0x17, Buffer.from(digits.slice(2)))
    : encoded(0x18, Buffer.from(digits))
}

/** A part with a number instead of a type, primitive or made of parts. */
export function tagged(number: number, content: Der, form: 'primitive' | 'constructed'): Der {
  return encoded((form === 'primitive' ? 0x80 : 0xa0) + number, content)
}

function encoded(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(content.length)), content])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) octets.unshift(rest & 0xff)
  return [0x80 | octets.length, ...octets]
}

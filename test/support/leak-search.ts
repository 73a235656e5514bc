/** Which secrets a product shows, each with the way in which it is written there; never the secret itself. */
export type LeakSearch = (product: string | Uint8Array) => string[]

/** So much of a secret, written in any way, is a leak. */
const partLength = 8

/**
 * Makes a search for secrets by their names: texts, or bytes where a secret is no text. Every part of 8 characters (or bytes)
 * counts, as it is or as programs write it: base64 at any offset, hexadecimal and decimal bytes, URL-encoded, escaped for JSON
 * once and twice, reversed, and in UTF-16 as V8 keeps it.
 */
export function searchFor(secrets: Readonly<Record<string, string | Uint8Array>>): LeakSearch {
  const index = new Map<number, { needle: Buffer; finding: string }[]>()
  for (const [name, secret] of Object.entries(secrets)) {
    for (const part of partsOf(secret)) {
      for (const [encoding, written] of writtenAs(part)) {
        const needle = typeof written === 'string' ? Buffer.from(written) : written
        const key = needle.readUInt32LE()
        const known = index.get(key) ?? []
        if (known.every(other => !other.needle.equals(needle)))
          index.set(key, [...known, { needle, finding: `${name} (${encoding})` }])
      }
    }
  }
  // One bit for the first three bytes of each needle: nearly every place of a product ends here.
  const begins = new Uint8Array(2 ** 21)
  for (const key of index.keys()) mark(begins, key & 0xffffff)

  const search = (bytes: Buffer, found: Set<string>) => {
    let next = bytes.length > 2 ? (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0) * 65_536 : 0
    for (let at = 0; at + 4 <= bytes.length; at += 1) {
      next = (next >>> 8) | ((bytes[at + 2] ?? 0) << 16)
      if (!isMarked(begins, next)) continue
      for (const { needle, finding } of index.get(bytes.readUInt32LE(at)) ?? []) {
        if (bytes.subarray(at, at + needle.length).equals(needle)) found.add(finding)
      }
    }
  }
  return product => {
    const found = new Set<string>()
    if (typeof product === 'string') {
      search(Buffer.from(product), found)
      // Lists of bytes are printed with all kinds of space between them.
      search(Buffer.from(product.replaceAll(/[\s,:]+/g, ' ')), found)
    } else search(Buffer.from(product.buffer, product.byteOffset, product.byteLength), found)
    return [...found].sort()
  }
}

function partsOf(secret: string | Uint8Array): (string | Buffer)[] {
  if (typeof secret !== 'string') {
    const bytes = Buffer.from(secret)
    return windows(bytes.length, (from, to) => bytes.subarray(from, to))
  }
  const characters = [...secret]
  return windows(characters.length, (from, to) => characters.slice(from, to).join(''))
}

function windows<Part>(length: number, part: (from: number, to: number) => Part): Part[] {
  if (length < partLength) throw new Error(`a secret of ${length} characters would be found everywhere`)
  return Array.from({ length: length - partLength + 1 }, (_, from) => part(from, from + partLength))
}

function writtenAs(part: string | Buffer): [encoding: string, written: string | Buffer][] {
  const bytes = Buffer.from(part)
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0'))
  const encodings: [string, string | Buffer][] = [
    ['as it is', bytes],
    ['reversed', typeof part === 'string' ? [...part].reverse().join('') : Buffer.from(bytes).reverse()],
    ...base64At(bytes).flatMap(text => [
      ['base64', text] as [string, string],
      ['base64url', text.replaceAll('+', '-').replaceAll('/', '_')] as [string, string],
    ]),
    ...['', ' ', '\\x', ' 0x'].map(between => ['hexadecimal', hex.join(between)] as [string, string]),
    ['hexadecimal', hex.join('').toUpperCase()],
    ['decimal bytes', bytes.join(' ')],
  ]
  if (typeof part !== 'string') return encodings
  const json = JSON.stringify(part).slice(1, -1)
  const url = encodeURIComponent(part)
  return [
    ...encodings,
    ['JSON', json],
    ['JSON', asciiJson(json)],
    ['JSON twice', JSON.stringify(json).slice(1, -1)],
    ['URL', url],
    ['URL', url.replaceAll('%20', '+')],
    ['URL', url.replaceAll(/%../g, code => code.toLowerCase())],
    ['URL', hex.map(byte => `%${byte}`).join('')],
    ['UTF-16', Buffer.from(part, 'utf16le')],
    ['Latin-1', Buffer.from(part, 'latin1')],
  ]
}

/** As it stands in a longer text, by each of the three places that a group of base64 can begin. */
function base64At(bytes: Buffer): string[] {
  return [0, 1, 2].map(offset => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const whole = Math.floor(((offset + bytes.length) * 8) / 6)
    return text.slice(Math.ceil((offset * 8) / 6), whole)
  })
}

/** As Go and others write what HTML might take for its own, and what is not ASCII. */
function asciiJson(json: string): string {
  return json.replace(/[<>&]|[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function mark(bits: Uint8Array, index: number): void {
  bits[index >>> 3] = (bits[index >>> 3] ?? 0) | (1 << (index & 7))
}

function isMarked(bits: Uint8Array, index: number): boolean {
  return ((bits[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0
}

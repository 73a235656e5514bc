import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { bytesOfString, stringFromBytes } from '../../text/go-string.ts'
import { byteString } from './bytes.ts'
import { type Decoded, decodeBase32, decodeBase64 } from './decode-bytes.ts'

const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** sprig's base32 and base64. What cannot be decoded gives the error as its result. */
export const sprigEncodingFunctions: FunctionGroup = {
  sprig_b32dec: decoder('base32', decodeBase32),
  sprig_b32enc: { parameters: ['string'], call: ([text]: readonly [string]) => encodeBase32(text) },
  sprig_b64dec: decoder('base64', decodeBase64),
  sprig_b64enc: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => Buffer.from(bytesOfString(text)).toString('base64'),
  },
}

function decoder(name: string, decode: (text: string) => Decoded): TemplateFunction {
  return {
    parameters: ['string'],
    call: ([text]: readonly [string]) => {
      const decoded = decode(byteString(text))
      if ('bytes' in decoded) return stringFromBytes(decoded.bytes)
      return `illegal ${name} data at input byte ${decoded.invalidAt}`
    },
  }
}

function encodeBase32(text: string): string {
  const bytes = bytesOfString(text)
  const parts: string[] = []
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    for (count += 8; count >= 5; count -= 5) parts.push(base32Digits.charAt((bits >> (count - 5)) & 31))
    bits &= 31
  }
  if (count > 0) parts.push(base32Digits.charAt((bits << (5 - count)) & 31))
  const length = Math.ceil(bytes.length / 5) * 8
  return parts.join('').padEnd(length, '=')
}

import { bytesOfString, stringFromBytes } from '../../text/go-string.ts'

/** A text with each of its bytes as one character, for what counts in bytes. */
export function byteString(text: string): string {
  return isAscii(text) ? text : Buffer.from(bytesOfString(text)).toString('latin1')
}

export function fromByteString(bytes: string): string {
  return isAscii(bytes) ? bytes : stringFromBytes(Buffer.from(bytes, 'latin1'))
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}

import { createHash, createHmac } from 'node:crypto'
import type { FunctionGroup } from '../template-function.ts'
import { bytesOfString } from '../text/go-string.ts'

/** consul-template's digests, in hexadecimal. */
export const digestFunctions: FunctionGroup = {
  /** `{{ sha256Hex "a" }}` begins with `ca978112`. */
  sha256Hex: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => createHash('sha256').update(bytesOfString(text)).digest('hex'),
  },
  /** `{{ hmacSHA256Hex "message" "key" }}` begins with `6e9ef29b`. */
  hmacSHA256Hex: {
    parameters: ['string', 'string'],
    call: ([message, key]: readonly [string, string]) =>
      createHmac('sha256', bytesOfString(key)).update(bytesOfString(message)).digest('hex'),
  },
  /** `{{ md5sum "a" }}` is `0cc175b9c0f1b6a831c399e269772661`. */
  md5sum: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => createHash('md5').update(bytesOfString(text)).digest('hex'),
  },
}

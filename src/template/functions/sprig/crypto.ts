import { createDecipheriv, createHash } from 'node:crypto'
import { RenderError } from '../../../core/errors.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { bytesOfString, stringFromBytes } from '../../text/go-string.ts'
import type { Integer } from '../../values/values.ts'
import { byteString } from './bytes.ts'
import { decodeBase64 } from './decode-bytes.ts'
import { derivePassword } from './derive-password.ts'

const blockSize = 16
/** It is made to take long: a third of a second. */
const derivationSteps = 100_000

/** The part of sprig's crypto.go that makes the same of the same. */
export const sprigCryptoFunctions: FunctionGroup = {
  sprig_adler32sum: { parameters: ['string'], call: ([text]: readonly [string]) => String(adler32(text)) },
  sprig_decryptAES: {
    parameters: ['string', 'string'],
    call: ([password, text]: readonly [string, string]) => decryptAes(password, text),
  },
  sprig_derivePassword: {
    parameters: ['uint32', 'string', 'string', 'string', 'string'],
    call: (
      [counter, type, password, user, site]: readonly [Integer, string, string, string, string],
      { budget },
    ) => {
      budget.takeSteps(derivationSteps)
      return derivePassword({ counter: Number(counter.value), type, password, user, site })
    },
  },
  sprig_sha1sum: digest('sha1'),
  sprig_sha256sum: digest('sha256'),
  sprig_sha512sum: digest('sha512'),
}

function digest(algorithm: 'sha1' | 'sha256' | 'sha512'): TemplateFunction {
  return {
    parameters: ['string'],
    call: ([text]: readonly [string]) => createHash(algorithm).update(bytesOfString(text)).digest('hex'),
  }
}

/** RFC 1950 */
function adler32(text: string): number {
  let a = 1
  let b = 0
  for (const byte of bytesOfString(text)) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return b * 65536 + a
}

/** AES-256-CBC of base64 with the initialisation vector in front; the key is the password with zeros behind it. */
function decryptAes(password: string, text: string): string {
  if (text === '') return ''
  const decoded = decodeBase64(byteString(text))
  if ('invalidAt' in decoded) throw new RenderError('the text is not valid base64')
  const { bytes } = decoded
  const length = bytes.length - blockSize
  if (length <= 0 || length % blockSize !== 0) throw new RenderError('the text is not whole blocks')
  const key = Buffer.alloc(32)
  key.set(bytesOfString(password).subarray(0, key.length))
  const cipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, blockSize)).setAutoPadding(false)
  const plain = Buffer.concat([cipher.update(bytes.subarray(blockSize)), cipher.final()])
  const padding = plain.at(-1) ?? 0
  if (padding > plain.length) throw new RenderError('the password does not fit the text')
  return stringFromBytes(plain.subarray(0, plain.length - padding))
}

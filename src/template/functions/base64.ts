import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import { bytesOfString, stringFromBytes } from '../text/go-string.ts'

/** consul-template's base64 functions: padded, and strict when they decode, but for line breaks. */
export const base64Functions: FunctionGroup = {
  /** `{{ base64Decode "aGVsbG8=" }}` is `hello`. */
  base64Decode: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => decoded(text, /^[A-Za-z0-9+/]*={0,2}$/),
  },
  /** `{{ base64Encode "hello" }}` is `aGVsbG8=`. */
  base64Encode: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => Buffer.from(bytesOfString(text)).toString('base64'),
  },
  /** `{{ base64URLDecode "YT9iPg==" }}` is `a?b>`. */
  base64URLDecode: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => decoded(text, /^[\w-]*={0,2}$/),
  },
  /** `{{ base64URLEncode "a?b>" }}` is `YT9iPg==`. */
  base64URLEncode: {
    parameters: ['string'],
    call: ([text]: readonly [string]) =>
      Buffer.from(bytesOfString(text)).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  },
}

function decoded(text: string, alphabet: RegExp): string {
  const digits = text.replace(/[\r\n]+/g, '')
  if (digits.length % 4 !== 0 || !alphabet.test(digits)) throw new RenderError('the text is not valid base64')
  return stringFromBytes(Buffer.from(digits, 'base64'))
}

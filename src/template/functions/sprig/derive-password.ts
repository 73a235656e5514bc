import { createHmac, scryptSync } from 'node:crypto'
import { bytesOfString } from '../../text/go-string.ts'

const scope = 'com.lyndir.masterpassword'
/** What the letters of a password's pattern stand for. */
const characters: Readonly<Record<string, string>> = {
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  a: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz',
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()',
}
const patterns: ReadonlyMap<string, string> = new Map([
  ['maximum', 'anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno'],
  [
    'long',
    'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
      'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
      'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno',
  ],
  ['medium', 'CvcnoCvc CvcCvcno'],
  ['short', 'Cvcn'],
  ['basic', 'aaanaaan aannaaan aaannaaa'],
  ['pin', 'nnnn'],
])

export interface DerivedPassword {
  /** A uint32. */
  readonly counter: number
  /** `maximum`, `long`, `medium`, `short`, `basic` or `pin`. */
  readonly type: string
  readonly password: string
  readonly user: string
  readonly site: string
}

/** The algorithm of Master Password (masterpasswordapp.com), version 3; an unknown type answers a text that says so. */
export function derivePassword({ counter, type, password, user, site }: DerivedPassword): string {
  const choices = patterns.get(type)?.split(' ')
  if (choices === undefined) return `cannot find password template ${type}`
  const salt = Buffer.concat([Buffer.from(scope), withLength(user)])
  const key = scryptSync(bytesOfString(password), salt, 64, {
    N: 32768,
    r: 8,
    p: 2,
    maxmem: 64 * 1024 * 1024,
  })
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(scope), withLength(site), uint32(counter)]))
    .digest()
  const pattern = choices[(seed[0] ?? 0) % choices.length] ?? ''
  return [...pattern]
    .map((letter, index) => {
      const set = characters[letter] ?? ''
      return set.charAt((seed[index + 1] ?? 0) % set.length)
    })
    .join('')
}

function withLength(text: string): Buffer {
  const bytes = bytesOfString(text)
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

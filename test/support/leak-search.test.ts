import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { canary, findLeaks } from './canary.ts'
import { searchFor } from './leak-search.ts'

// A search that finds nothing proves nothing: here it is shown each kind of leak that it is trusted to find.

const secret = 'Zq7 "vörm\\</&+=?\n9Kx'
const bytes = Buffer.from('8f03a9c45be2e96c7d11', 'hex')
const search = searchFor({ password: secret, key: bytes })

const around = (leak: string | Uint8Array) =>
  typeof leak === 'string'
    ? `some text before it ${leak} and behind it`
    : Buffer.concat([Buffer.from('some bytes before it'), leak, Buffer.from('and behind it')])
const base64 = (offset: number, value: string | Uint8Array) =>
  Buffer.concat([Buffer.alloc(offset, 'x'), Buffer.from(value), Buffer.from('more')]).toString('base64')

const ofText: Readonly<Record<string, string | Uint8Array>> = {
  'as it is': secret,
  'its part of 8 characters': [...secret].slice(5, 13).join(''),
  'its end alone': [...secret].slice(-8).join(''),
  backwards: [...secret].reverse().join(''),
  base64: base64(0, secret),
  'base64 after one byte': base64(1, secret),
  'base64 after two bytes': base64(2, secret),
  'base64 for URLs': Buffer.from(secret).toString('base64url'),
  hexadecimal: Buffer.from(secret).toString('hex'),
  'hexadecimal in capitals': Buffer.from(secret).toString('hex').toUpperCase(),
  'an inspected buffer': inspect(Buffer.from(secret)),
  'an inspected array of bytes': inspect(new Uint8Array(Buffer.from(secret))),
  'a buffer as JSON': JSON.stringify(Buffer.from(secret)),
  'URL-encoded': encodeURIComponent(secret),
  'URL-encoded in small letters': encodeURIComponent(secret).replaceAll(/%../g, code => code.toLowerCase()),
  'a form': new URLSearchParams({ password: secret }).toString(),
  JSON: JSON.stringify({ password: secret }),
  'JSON in JSON': JSON.stringify({ message: JSON.stringify({ password: secret }) }),
  'JSON as Go writes it': String.raw`Zq7 \"v\u00f6rm\\\u003c/\u0026+=?\n9Kx`,
  'text that was cut': JSON.stringify({ message: `unexpected token in ${secret.slice(0, 8)}...` }),
  'memory of V8, one byte each': Buffer.from(secret, 'latin1'),
  'memory of V8, two bytes each': Buffer.from(secret, 'utf16le'),
}

const ofBytes: Readonly<Record<string, string | Uint8Array>> = {
  'as they are': bytes,
  hexadecimal: bytes.toString('hex'),
  'with colons, as OpenSSL prints': bytes.toString('hex').replaceAll(/..(?=.)/g, '$&:'),
  base64: base64(1, bytes),
  'an inspected buffer': inspect(bytes),
}

describe('the search for leaks', () => {
  it.each(Object.entries(ofText))('finds a text: %s', (_name, leak) => {
    expect(search(around(leak)).join()).toMatch(/^password/)
  })

  it.each(Object.entries(ofBytes))('finds bytes: %s', (_name, leak) => {
    expect(search(around(leak)).join()).toMatch(/^key/)
  })

  it('finds what stands at the very begin or end', () => {
    expect(search(secret)).toContain('password (as it is)')
    expect(search(bytes)).toEqual(['key (as it is)'])
    expect(search([...secret].slice(3, 11).join(''))).toContain('password (as it is)')
  })

  it('does not take what is shorter, or other text, for a leak', () => {
    expect(search(around([...secret].slice(0, 7).join('')))).toEqual([])
    expect(search('')).toEqual([])
    expect(search('a password, its key, and "their" <names> & hints')).toEqual([])
  })

  it('never shows what it found', () => {
    expect(search(secret).join()).not.toContain([...secret].slice(0, 4).join(''))
  })

  it('refuses a secret that is too short to be told from other text', () => {
    expect(() => searchFor({ short: '1234567' })).toThrow('a secret of 7 characters')
  })
})

describe('the search in what the lanes print', () => {
  it.each([
    ['as it is', canary('x')],
    ['base64', Buffer.from(canary('x')).toString('base64')],
    ['hexadecimal', Buffer.from(canary('x')).toString('hex')],
    ['cut', canary('x').slice(0, 10)],
  ])('finds a canary: %s', (_name, leak) => {
    expect(findLeaks(`one line\n${leak}\n`)).toHaveLength(1)
  })

  it('finds tokens and private keys, and names them by their first characters', () => {
    const token = `s.${'Ab1'.repeat(8)}`
    expect(findLeaks(`x-vault-token: ${token}`)).toEqual(['s.Ab1Ab1Ab1Ab1Ab1A... (26 characters)'])
    expect(findLeaks(`${'-'.repeat(5)}BEGIN EC PRIVATE KEY${'-'.repeat(5)}`)).toHaveLength(1)
  })
})

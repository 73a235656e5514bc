import { describe, expect, it } from 'vitest'
import {
  byteLength,
  bytesOfString,
  compareStrings,
  joined,
  runeCount,
  stringFromBytes,
} from '../../../src/template/text/go-string.ts'

describe('a Go string', () => {
  it.each(['', 'plain', 'é世😀', '\0\ufeff\uffff'])(
    'is the text itself where its bytes are UTF-8: %s',
    text => {
      expect(stringFromBytes(Buffer.from(text))).toBe(text)
      expect(bytesOfString(text)).toEqual(Buffer.from(text))
    },
  )

  it.each([
    ['ff', 1],
    ['c3', 1],
    ['c0af', 2],
    ['eda080', 3],
    ['f4908080', 4],
    ['e4b8', 2],
    ['61ff62', 3],
    ['c3a9ff', 2],
    ['f09f9880ff', 2],
    ['e080af', 3],
  ])('keeps bytes that are not: %s', (hex, runes) => {
    const text = stringFromBytes(Buffer.from(hex, 'hex'))
    expect(Buffer.from(bytesOfString(text)).toString('hex')).toBe(hex)
    expect(runeCount(text)).toBe(runes)
    expect(byteLength(text)).toBe(hex.length / 2)
  })

  it('becomes text when its pieces make up a character', () => {
    const [first, second] = [stringFromBytes(Buffer.from([0xc3])), stringFromBytes(Buffer.from([0xa9]))]
    expect(joined(`${first}${second}`)).toBe('é')
  })

  it('is ordered by bytes', () => {
    const high = stringFromBytes(Buffer.from([0xff]))
    const ordered = ['', 'A', 'a', 'aa', '\u007f', 'é', '世', '\uff5e', '😀', high]
    expect(ordered.toReversed().sort(compareStrings)).toEqual(ordered)
  })
})

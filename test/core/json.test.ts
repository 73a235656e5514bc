import { describe, expect, it } from 'vitest'
import { isJsonObject, JsonNumber, parseJson } from '../../src/core/json.ts'

describe('parseJson', () => {
  it('keeps a number as it was written', () => {
    for (const text of ['0', '-0', '1.0', '1e6', '12345678901234567890', '-3.25E-7']) {
      expect(parseJson(text).root).toEqual(new JsonNumber(text))
    }
  })

  it('gives each value of a document its text as received', () => {
    const document = parseJson(' {"a": { "b" :1.0} , "list":[1, "x"],"s":"q\\"\\u00e9","t":true,"n":null} ')
    if (!isJsonObject(document.root)) throw new Error('not an object')
    const texts = [...document.root].map(([key, value]) => [key, document.textOf(value)])
    expect(texts).toEqual([
      ['a', '{ "b" :1.0}'],
      ['list', '[1, "x"]'],
      ['s', 'q"é'],
      ['t', 'true'],
      ['n', 'null'],
    ])
  })

  it('takes __proto__ and its like as keys, and keeps their order', () => {
    const { root } = parseJson('{"b":1,"__proto__":{"x":2},"constructor":3,"10":4,"9":5}')
    expect(isJsonObject(root) ? [...root.keys()] : root).toEqual(['b', '__proto__', 'constructor', '10', '9'])
  })

  it('turns a lone surrogate into U+FFFD, as Go does', () => {
    expect(parseJson('"a\\ud800b"').root).toBe('a\ufffdb')
    expect(parseJson('"\\ud83d\\ude00"').root).toBe('😀')
  })

  it('refuses what is not JSON, naming the place and nothing of the text', () => {
    const secrets = [
      '{"password":"hunter2"',
      '{"password":hunter2}',
      '["hunter2",]',
      '"hunter2\n"',
      '01',
      '{"a":1} hunter2',
      '',
    ]
    for (const text of secrets) {
      let message = 'accepted'
      try {
        parseJson(text)
      } catch (error) {
        message = (error as Error).message
      }
      expect(message).toMatch(/^not valid JSON at offset \d+$/)
    }
  })

  it('refuses nesting that would exhaust the stack', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow(SyntaxError)
  })
})

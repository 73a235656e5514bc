// biome-ignore-all lint/suspicious/noTemplateCurlyInString: replacements are written so
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits } from '../../../src/template/limits.ts'
import { RegularExpression } from '../../../src/template/regex/regular-expression.ts'

describe('a pattern', () => {
  it.each([
    ['(?P<n>a)(?P<n>b)', 'ab', true],
    ['(?<n>a)', 'a', true],
    [String.raw`\p{Uppercase_Letter}`, 'É', true],
    [String.raw`\p{greek}`, 'λ', true],
    [String.raw`\pl`, 'é', true],
    [String.raw`[^\p{^lu}]`, 'É', true],
    [String.raw`\p{Old_Italic}`, '𐌀', true],
    [String.raw`\Q(?P<n>\E`, '(?P<n>', true],
    ['[(?P<n>]', '<', true],
    ['[[:alpha:]()]{2}', 'a(', true],
    ['a{,2}', 'a{,2}', true],
    ['x*', '', true],
  ])('%s on %s: %s', (pattern, text, matches) => {
    const budget = new Budget(defaultLimits)
    expect(new RegularExpression(pattern, budget).matches(text, budget)).toBe(matches)
  })

  it.each([
    '(?P<n-1>a)',
    '(?P<n',
    '(?P=n)',
    '(?P<>a)',
    String.raw`\p{Nope}`,
    String.raw`\p{Greek`,
    String.raw`(a)\1`,
    'a{1001}',
    '((a{100}){100}){100}',
    '(canary',
    'a\udcff',
  ])('that RE2 does not take is refused without being shown: %s', pattern => {
    const problem = problemOf(() => new RegularExpression(pattern, new Budget(defaultLimits)))
    expect(problem.message).toMatch(/^the regular expression is (not|larger)/)
    expect(inspect(problem, { depth: null })).not.toContain('canary')
  })

  it.each([`(?:${'ab'.repeat(500)}){1000}`, `${String.raw`\pL|`.repeat(1000)}x`])(
    'is bounded in size',
    pattern => {
      expect(() => new RegularExpression(pattern, new Budget(defaultLimits))).toThrow(
        'the regular expression is larger than 100000 instructions',
      )
    },
  )

  it('is bounded in length', () => {
    expect(() => new RegularExpression('a'.repeat(20_001), new Budget(defaultLimits))).toThrow(
      'the regular expression is longer than 20000 characters',
    )
  })

  it('has the bounds that are configured, and says where', () => {
    const compile = (pattern: string) => () =>
      new RegularExpression(pattern, new Budget({ ...defaultLimits, maxPattern: 100 }))
    const hint = 'the bound is templates: { limits: { pattern: ... } } in the configuration'
    expect(compile('a{101}')).toThrow(expect.objectContaining({ hint }))
    expect(compile('a'.repeat(21))).toThrow(expect.objectContaining({ hint }))
    expect(compile('a{99}')).not.toThrow()
  })

  it('of the size of what people write is not too large', () => {
    const octet = '(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})'
    const pattern = `^(?:${octet}\\.){3}${octet}(?:/[0-9]{1,2})?(?:,(?:[a-z0-9-]{1,63}\\.){1,10}[a-z]{2,63})*$`
    const budget = new Budget(defaultLimits)
    expect(new RegularExpression(pattern, budget).matches('10.0.0.1/8,a.example', budget)).toBe(true)
  })
})

describe('a replacement', () => {
  it.each([
    ['$1x', '[]'],
    ['${1}x', '[ax]'],
    ['${n}$n', '[bb]'],
    ['$$1', '[$1]'],
    ['$', '[$]'],
    ['${', '[${]'],
    ['${1', '[${1]'],
    ['${é}$é', '[]'],
    ['$-', '[$-]'],
    ['$0$9', '[ab]'],
    ['$01', '[]'],
    ['$9999999999', '[]'],
    [String.raw`\1$&`, String.raw`[\1$&]`],
  ])('%s gives %s', (replacement, result) => {
    const budget = new Budget(defaultLimits)
    const expression = new RegularExpression('(a)(?P<n>b)', budget)
    expect(expression.replaceAll('[ab]', replacement, budget)).toBe(result)
  })

  it('takes of groups with one name the first that has matched', () => {
    const budget = new Budget(defaultLimits)
    const expression = new RegularExpression('(?P<x>a)|(?P<x>b)', budget)
    expect(expression.replaceAll('ab', '<$x>', budget)).toBe('<a><b>')
  })
})

describe('bytes that are not UTF-8', () => {
  it('are U+FFFD to a pattern, one by one, and stay what they are', () => {
    const budget = new Budget(defaultLimits)
    const expression = new RegularExpression(String.raw`^(.)\x{FFFD}`, budget)
    expect(expression.replaceAll('\udcff\udcc3x', '$1-', budget)).toBe('\udcff-x')
  })

  it('that come together as a character are one', () => {
    const budget = new Budget(defaultLimits)
    expect(new RegularExpression('x', budget).replaceAll('\udcc3x\udca9', '', budget)).toBe('é')
  })
})

describe('the work of a search', () => {
  it.each([
    ['(?:a.*b|a)', 1_000_000],
    ['(?:a(.*)b|(a))', 1_000_000],
    ['(a?){1000}[bc]{2}', 100_000],
  ])('is bounded for %s', (pattern, length) => {
    const budget = new Budget({ ...defaultLimits, maxSteps: 100_000 })
    const expression = new RegularExpression(pattern, budget)
    expect(() => expression.replaceAll('a'.repeat(length), '', budget)).toThrow(
      'it takes more than 100000 steps',
    )
  })

  it('grows with the text alone, whatever the pattern', () => {
    const stepsFor = (length: number) => {
      let left = 0
      let right = 10_000_000
      while (left < right) {
        const maxSteps = Math.floor((left + right) / 2)
        if (isEnough(maxSteps, length)) right = maxSteps
        else left = maxSteps + 1
      }
      return left
    }
    const ratio = stepsFor(160_000) / stepsFor(40_000)
    expect(ratio).toBeGreaterThan(3)
    expect(ratio).toBeLessThan(5)
  })
})

function isEnough(maxSteps: number, length: number): boolean {
  const budget = new Budget({ ...defaultLimits, maxSteps })
  try {
    const text = `${'x'.repeat(length)}z`
    new RegularExpression('(x+x+)+[yw]', budget).find(text, budget)
    return true
  } catch {
    return false
  }
}

function problemOf(attempt: () => unknown): Error {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it is taken')
}

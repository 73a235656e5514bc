import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/import/read-configuration.ts'
import { type Block, isBlock, isList, type Value } from '../../src/import/tree.ts'

describe('HCL', () => {
  it('keeps keys in the order of the text, with their lines', async () => {
    expect(await lines('b = 1\n\nc {\n  z = "x"\n  a = true\n}\na = [1, "two"]\n')).toEqual([
      '1 b: 1',
      '3 c',
      '4   z: "x"',
      '5   a: true',
      '7 a: [1,"two"]',
    ])
  })

  it('takes labels, braces after an equals sign, quoted keys and blocks on one line for what they are', async () => {
    expect(
      await lines('m "a" "b" { x = 1, y = 2 }\no = { "p" = { q = 0600 } }\nr s { t.u = -1.5e3 }'),
    ).toEqual([
      '1 m',
      '1   a',
      '1     b',
      '1       x: 1',
      '1       y: 2',
      '2 o',
      '2   p',
      '2     q: 384',
      '3 r',
      '3   s',
      '3     t.u: -1500',
    ])
  })

  it('has an entry for each block of a name, also of a list of blocks', async () => {
    expect(await lines('t { a = 1 }\nt {\n a = 2\n}\nu = [\n {a = 3},\n {a = 4}\n]')).toEqual([
      '1 t',
      '1   a: 1',
      '2 t',
      '3   a: 2',
      '5 u',
      '6   a: 3',
      '7 u',
      '7   a: 4',
    ])
  })

  it('looks into no comment, string or heredoc', async () => {
    const text = [
      '# a = 1',
      '// b = 2 /*',
      '/* c = 3',
      `*/ d = "e = 1 // \\" # { \${lookup("x", "y")}"`,
      'f = <<EOT',
      'g = 1',
      '  h { /*',
      '  EOT x',
      'EOT',
      'i = <<-EOT',
      '    two "quotes',
      '      j = 1',
      '    EOT',
      'k = 2',
    ]
    expect(await lines(text.join('\n'))).toEqual([
      `4 d: "e = 1 // \\" # { \${lookup(\\"x\\", \\"y\\")}"`,
      '5 f: "g = 1\\n  h { /*\\n  EOT x\\n"',
      '10 i: "two \\"quotes\\n  j = 1\\n"',
      '14 k: 2',
    ])
  })

  it('reads lines that end as on Windows, escapes, and letters beyond ASCII', async () => {
    expect(await lines('a=<<E\r\nx\r\nE\r\nb = "\\u00e9\\t\\\\é😀"\r\né = 1')).toEqual([
      '1 a: "x\\n"',
      '4 b: "é\\t\\\\é😀"',
      '5 é: 1',
    ])
  })

  it('has keys that JavaScript knows otherwise', async () => {
    expect(await lines('__proto__ = 1\nconstructor { toString = 2 }')).toEqual([
      '1 __proto__: 1',
      '2 constructor',
      '2   toString: 2',
    ])
  })

  it.each([
    ['a {\n  b = 1\n', 3],
    ['a = "x\n', 1],
    ['a = 1\nb = \n', 2],
    ['a = 1\n\nb = foo', 3],
    ['a b = 3', 1],
    ['a = <<E\nx\n', 1],
    ['a = 1\n/* open', 2],
    ['a = 99999999999999999999', 1],
  ])('is refused with its line and nothing of its text: %j', async (text, line) => {
    await expect(readConfiguration(text, 'agent.hcl')).rejects.toThrow(
      new RegExp(`^agent\\.hcl:${line}: this is not valid HCL$`),
    )
  })
})

describe('JSON', () => {
  it('is read as the same tree', async () => {
    const text =
      '{\n\t"t": [\n\t\t{ "a": "\\u00e9\\/ \\ud83d\\ude00" },\n\t\t{ "a": [1, null] }\n\t],\n\t"m": { "x": { "y": 1 } }\n}'
    expect(await lines(text)).toEqual([
      '2 t',
      '3   a: "é/ 😀"',
      '4 t',
      '4   a: [1,null]',
      '6 m',
      '6   x',
      '6     y: 1',
    ])
  })

  it.each([
    ['{', 1],
    ['{\n"a": 1,\n}', 3],
    ['{\n"a": "sec"ret"}', 2],
    ['{ "a": 1 }\n# comment', 2],
  ])('is refused with its line and nothing of its text: %j', async (text, line) => {
    await expect(readConfiguration(text, 'agent.json')).rejects.toThrow(
      new RegExp(`^agent\\.json:${line}: this is not valid JSON$`),
    )
  })
})

async function lines(text: string): Promise<string[]> {
  return linesOf(await readConfiguration(text, 'agent.hcl'), '')
}

function linesOf(block: Block, indent: string): string[] {
  return block.entries.flatMap(({ key, origin, value }) =>
    isBlock(value)
      ? [`${origin.line} ${indent}${key}`, ...linesOf(value, `${indent}  `)]
      : [`${origin.line} ${indent}${key}: ${JSON.stringify(plain(value))}`],
  )
}

function plain(value: Value): unknown {
  if (isList(value)) return value.map(plain)
  return isBlock(value)
    ? Object.fromEntries(value.entries.map(({ key, value }) => [key, plain(value)]))
    : value
}

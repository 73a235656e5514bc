import type { Choices } from './choices.ts'

/** What no error may show: they stand in every value of the fuzz. Mixed, so that also a part of them is one. */
export const fuzzCanaries = { text: 'Zq7vK2mWx9Lp4TnB', number: '86753094241337' } as const

const keys = [
  'a',
  'text',
  'key',
  '__proto__',
  'constructor',
  'toString',
  '',
  'a/b',
  'a.b',
  'é',
  '<<',
] as const
const names = ['text', 'number', 'list', 'map', 'none', 'deep'] as const

/** JSON of the dot: each value of a kind that its name says, or of another one. */
export function valuesOf(choices: Choices): string {
  const members = names.map(name => {
    const kind = choices.once(6) ? choices.of([...names]) : name
    return `${JSON.stringify(name)}: ${jsonOf(kind, choices)}`
  })
  return `{${members.join(', ')}}`
}

/** JSON with the canaries in its texts and numbers; its keys stay what they are. */
export function withCanaries(json: string, choices: Choices): string {
  return json.replace(
    /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
    (whole, text, colon) => {
      if (colon !== undefined || choices.once(4)) return whole
      if (text === undefined) return choices.of([fuzzCanaries.number, `${fuzzCanaries.number}.5`, whole])
      const inner = String(text).slice(1, -1)
      const { text: canary } = fuzzCanaries
      return `"${choices.of([canary + inner, inner + canary, canary, `1${canary}`, `{${canary}`, fuzzCanaries.number])}"`
    },
  )
}

function jsonOf(kind: (typeof names)[number], choices: Choices, depth = 0): string {
  switch (kind) {
    case 'text':
      return textOf(choices)
    case 'number':
      return choices.of([
        fuzzCanaries.number,
        `-${fuzzCanaries.number}`,
        `0.${fuzzCanaries.number}`,
        '1e400',
        '-0',
        '1.0',
      ])
    case 'none':
      return choices.of(['null', 'true', '""', '[]', '{}'])
    case 'deep': {
      const levels = choices.once(20) ? 700 : choices.of([3, 60, 3, 480])
      return choices.once(2)
        ? `${'['.repeat(levels)}${textOf(choices)}${']'.repeat(levels)}`
        : `${'{"k": '.repeat(levels)}${textOf(choices)}${'}'.repeat(levels)}`
    }
    case 'list':
      return `[${inner(choices, depth).join(', ')}]`
    default:
      return `{${inner(choices, depth)
        .map(value => `${JSON.stringify(choices.of([...keys]))}: ${value}`)
        .join(', ')}}`
  }
}

function inner(choices: Choices, depth: number): string[] {
  const kinds = ['text', 'number', 'none', ...(depth < 3 ? (['list', 'map'] as const) : [])] as const
  return Array.from({ length: choices.below(5) }, () =>
    jsonOf(choices.among(kinds) ?? 'text', choices, depth + 1),
  )
}

function textOf(choices: Choices): string {
  const { text } = fuzzCanaries
  return JSON.stringify(
    choices.of([
      text,
      `1${text}`,
      `{"a": ${text}}`,
      `a: [${text}\n\t-`,
      `(${text}`,
      `%${text}`,
      `${text}\n`.repeat(50),
      Buffer.from(text).toString('base64'),
      `${'['.repeat(600)}${text}`,
      `&a [*a, ${text}]`,
      `1.2.3-${text}`,
      `2026-01-02T${text}`,
      `/run/app/${text}`,
      `\ufeff${text}\u2028`,
      fuzzCanaries.number,
      'true',
    ]),
  )
}

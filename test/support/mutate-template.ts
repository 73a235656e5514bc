import type { Choices } from './choices.ts'
import { hostileNumbers, hostileTexts } from './hostile-texts.ts'

export interface MutationMaterial {
  /** Texts whose parts are put into others. */
  readonly templates: readonly string[]
  /** Names of functions. */
  readonly functions: readonly string[]
}

const tokens: readonly [string, ...string[]] = [
  ...([
    '{{',
    '}}',
    '{{-',
    '-}}',
    '(',
    ')',
    '|',
    ':=',
    '=',
    '.',
    '$',
    ',',
    ' ',
    '\n',
    '"',
    '`',
    "'",
    '\\',
  ] as const),
  ...[
    '{{ end }}',
    '{{ else }}',
    '{{ range . }}',
    '{{ if . }}',
    '{{ with . }}',
    '{{ define "t" }}',
    '{{ break }}',
  ],
  ...['{{ template "t" . }}', '{{ block "b" . }}', '{{/*', '*/}}', 'nil', '$x', '\ud800', '\0', '\u{1f600}'],
]
const longest = 20_000

/** A template changed in a few places: what is in it is taken out, doubled, exchanged or repeated. */
export function mutated(template: string, choices: Choices, material: MutationMaterial): string {
  let text = template
  do text = mutatedOnce(text, choices, material).slice(0, longest)
  while (!choices.isOver && choices.once(2))
  return text
}

function mutatedOnce(text: string, choices: Choices, { templates, functions }: MutationMaterial): string {
  const from = choices.below(text.length + 1)
  const to = Math.min(text.length, from + 1 + choices.below(12))
  const part = text.slice(from, to)
  const put = (inserted: string) => text.slice(0, from) + inserted + text.slice(from)
  switch (choices.below(10)) {
    case 0:
      return text.slice(0, from) + text.slice(to)
    case 1:
      return put(part.repeat(1 + choices.below(4)))
    case 2:
      return put(choices.of(tokens))
    case 3:
      return text.replace(/-?\d+/g, number => (choices.once(2) ? choices.of(hostileNumbers) : number))
    case 4:
      return text.replace(/"[^"\n]*"/g, literal =>
        choices.once(2) ? `"${choices.of(hostileTexts)}"` : literal,
      )
    case 5:
      return text.replace(/\b[a-zA-Z_]\w+\b(?= )/g, name =>
        functions.includes(name) && choices.once(2) ? (choices.among(functions) ?? name) : name,
      )
    case 6: {
      const other = choices.among(templates) ?? ''
      const start = choices.below(other.length + 1)
      return put(other.slice(start, start + 1 + choices.below(80)))
    }
    case 7:
      return text + text.slice(from)
    case 8: {
      const depth = 1 + choices.below(700)
      return choices.once(2)
        ? `${'{{ with 1 }}'.repeat(depth)}${text}${'{{ end }}'.repeat(depth)}`
        : text.replace(
            /\{\{ ?([^{}]+?) ?\}\}/,
            (_, inner) => `{{ ${'('.repeat(depth)}${inner}${')'.repeat(depth)} }}`,
          )
    }
    default:
      return text.replace(/\.[A-Za-z]\w*/g, field =>
        choices.once(3) ? choices.of(['.__proto__', '.constructor', '.', '$.text']) : field,
      )
  }
}

import type { ParameterType } from '../../src/template/execute/parameter-type.ts'
import type { TemplateFunction } from '../../src/template/template-function.ts'
import type { Choices } from './choices.ts'
import { hostileNumbers, hostileTexts } from './hostile-texts.ts'

/** Fields that the values of the fuzz may have, and one that they never have. */
const fields = ['$.text', '$.number', '$.list', '$.map', '$.map.text', '$.deep', '$.none', '$', '.'] as const
const variables = ['$', '$a', '$b'] as const
const wholeNumbers = ['1', '3', '0', '-1', '100', '1000000000', '9223372036854775807'] as const
const longest = 60
const deepest = 5

/** Makes a template of decisions: most that it says is well formed, and most calls get what they take. */
export function templateOf(choices: Choices, functions: ReadonlyMap<string, TemplateFunction>): string {
  return new Grammar(choices, functions).template()
}

class Grammar {
  readonly #choices: Choices
  readonly #functions: ReadonlyMap<string, TemplateFunction>
  readonly #names: readonly string[]
  #size = 0

  constructor(choices: Choices, functions: ReadonlyMap<string, TemplateFunction>) {
    this.#choices = choices
    this.#functions = functions
    this.#names = [...functions.keys()]
  }

  template(): string {
    let text = '{{ $a := $.map }}{{ $b := $.list }}'
    while (!this.#choices.isOver && this.#size < longest) text += this.#node(0)
    for (const name of ['t0', 't1'])
      text += `{{ define "${name}" }}{{ $a := . }}{{ $b := $ }}${this.#body(1)}{{ end }}`
    return text
  }

  #body(depth: number): string {
    let text = ''
    for (let left = this.#choices.below(3); left > 0; left -= 1) text += this.#node(depth + 1)
    return text
  }

  #node(depth: number): string {
    this.#size += 1
    const kind = depth > deepest ? this.#choices.below(8) : this.#choices.below(16)
    const pipe = () => this.#pipe(depth)
    switch (kind) {
      case 0:
        return 'x\n'
      case 1:
      case 2:
      case 3:
      case 4:
        return `{{ ${pipe()} }}`
      case 5:
        return `{{- ${this.#choices.of(['$a', '$b'])} = ${pipe()} -}}`
      case 6:
        return `{{ $${this.#choices.of(['a', 'b', 'c'])} := ${pipe()} }}`
      case 7:
        return `{{ template "t${this.#choices.below(2)}" ${pipe()} }}`
      case 8:
      case 9:
        return `{{ if ${pipe()} }}${this.#body(depth)}{{ else if ${pipe()} }}${this.#body(depth)}{{ end }}`
      case 10:
      case 11:
        return `{{ with ${pipe()} }}${this.#body(depth)}{{ else }}${this.#body(depth)}{{ end }}`
      case 12:
      case 13:
        return `{{ range $i, $e := ${this.#elements(depth)} }}{{ $i }}${this.#body(depth)}{{ else }}-{{ end }}`
      case 14:
        return `{{ range ${this.#elements(depth)} }}${this.#body(depth)}{{ ${this.#choices.of(['.', 'break', 'continue'])} }}{{ end }}`
      default:
        return `{{ block "k${this.#choices.below(9)}" ${pipe()} }}${this.#body(depth)}{{ end }}`
    }
  }

  #pipe(depth: number): string {
    const first = this.#command(depth)
    if (!this.#choices.once(3)) return first
    const name = this.#choices.among(this.#names) ?? 'print'
    const { parameters } = this.#functions.get(name) ?? { parameters: [] }
    return `${first} | ${[name, ...this.#arguments(parameters.slice(0, -1), depth)].join(' ')}`
  }

  #elements(depth: number): string {
    if (this.#choices.once(4)) return this.#pipe(depth)
    return this.#choices.of([
      '$b',
      '$a',
      '$.list',
      '$.map',
      '$.deep',
      'loop 3',
      'sprig_until 9',
      'loop 1 1000000000',
    ])
  }

  #command(depth: number): string {
    if (this.#choices.once(4) || depth > deepest) return this.#operand('any', depth)
    const name = this.#choices.among(this.#names) ?? 'print'
    const { parameters, variadic } = this.#functions.get(name) ?? { parameters: [] }
    const more = variadic === undefined ? [] : Array.from({ length: this.#choices.below(4) }, () => variadic)
    return [name, ...this.#arguments([...parameters, ...more], depth)].join(' ')
  }

  #arguments(types: readonly ParameterType[], depth: number): string[] {
    return types.map(type => this.#operand(type, depth))
  }

  /** Of the type, but that once in a while it is something else. */
  #operand(type: ParameterType, depth: number): string {
    this.#size += 1
    if (this.#choices.once(24)) return this.#anything(depth)
    switch (type) {
      case 'string':
        return this.#choices.once(3) ? this.#textOf(depth) : this.#literal()
      case 'int':
      case 'uint32':
        return this.#choices.of([...wholeNumbers])
      case 'float64':
        return this.#choices.of(hostileNumbers)
      case 'bool':
        return this.#choices.of(['true', 'false'])
      case 'map[string]interface {}':
        return this.#choices.of([
          '$.map',
          '$a',
          '$',
          '$.none',
          '(sprig_dict "k" $b)',
          '(sprig_set $a "self" $a)',
        ])
      case '[]string':
        return this.#choices.of(['(sprig_splitList "," $.text)', '(sprig_toStrings $b)', 'nil'])
      case '[]interface {}':
        return this.#choices.of(['$.list', '$b', '(sprig_list $a $b)', '$.deep', 'nil'])
      case 'time.Time':
        return '(sprig_toDate "2006-01-02" "2026-02-03")'
      default:
        return this.#anything(depth)
    }
  }

  #anything(depth: number): string {
    switch (this.#choices.below(8)) {
      case 0:
      case 1:
        return this.#choices.of([...fields])
      case 2:
        return this.#choices.of([...variables])
      case 3:
        return this.#literal()
      case 4:
        return this.#choices.of(hostileNumbers)
      case 5:
        return this.#choices.of([
          'nil',
          'true',
          'false',
          '$',
          '$.map',
          '$b',
          '$.misspelled',
          '(index $b 0).x',
        ])
      default:
        return depth > deepest ? '$b' : `(${this.#pipe(depth + 1)})`
    }
  }

  #textOf(depth: number): string {
    if (depth > deepest || this.#choices.once(2)) return '$.text'
    return this.#choices.of([
      `(print ${this.#anything(depth + 1)})`,
      `(printf ${this.#literal()} ${this.#anything(depth + 1)})`,
      `(sprig_repeat ${this.#choices.of(hostileNumbers)} ${this.#literal()})`,
      `(toJSON ${this.#anything(depth + 1)})`,
    ])
  }

  #literal(): string {
    return `"${this.#choices.of(hostileTexts)}"`
  }
}

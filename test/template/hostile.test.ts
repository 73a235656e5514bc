import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/core/json.ts'
import { fieldsOf } from '../../src/core/secret.ts'
import { compileFormat } from '../../src/template/compile-format.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { defaultLimits, type Limits } from '../../src/template/limits.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { TemplateRenderError, TemplateSyntaxError } from '../../src/template/template-error.ts'

const steps = 'it takes more than 1000000 steps'
const size = 'the text is larger than 4 MiB'
const depth = 'it is nested more than 500 deep'

describe('a template without measure is ended while it is parsed', () => {
  it.each<[string, string, string]>([
    ['a long text', 'x'.repeat(10_000_000), size],
    ['many actions', '{{.}}'.repeat(800_000), steps],
    ['many definitions', many(40_000, i => `{{define "t${i}"}}{{template "t${i + 1}"}}{{end}}`), steps],
    ['blocks within blocks', '{{if 1}}'.repeat(1_000), depth],
    ['one "else if" behind the other', `{{if 0}}${'{{else if 0}}'.repeat(1_000)}{{end}}`, depth],
    ['parentheses within parentheses', `{{${'('.repeat(1_000)}`, depth],
    ['both', `{{if 1}}${'{{if 1}}'.repeat(300)}{{${'('.repeat(300)}`, depth],
    ['a long number', `{{${'1'.repeat(4_000_000)}}}`, 'number of more than 1000 characters'],
    ['a long path', `{{.${'a.'.repeat(1_000_000)}a}}`, steps],
    ['beginnings of actions', '{{'.repeat(1_000_000), steps],
  ])('%s', async (_, text, problem) => {
    const error = await errorOf(text)
    expect(error).toBeInstanceOf(TemplateSyntaxError)
    expect(error).toMatchObject({ problem })
  })

  it('with a message that is not long, whatever the names are', async () => {
    const name = 'x'.repeat(100_000)
    for (const text of [`{{ ${name} }}`, `{{ $${name} }}`, `{{ template "${name}" }}`, `{{ .${name} }}`]) {
      expect((await errorOf(text)).message.length).toBeLessThan(1_100)
    }
  })
})

describe('a template that is large and no more is rendered', () => {
  it.each<[string, string]>([
    ['a long text', 'x'.repeat(4_000_000)],
    ['many actions', '{{1}}'.repeat(60_000)],
    [
      'templates that call one another in a long row, where nobody calls the first',
      many(15_000, i => `{{define "t${i}"}}{{template "t${i + 1}"}}{{end}}`),
    ],
    ['many variables', many(15_000, i => `{{$v${i} := 1}}`) + many(15_000, i => `{{$v${i}}}`)],
    ['comments', '{{/**/}}'.repeat(400_000)],
    ['a long pipeline', `{{1${' | print'.repeat(50_000)}}}`],
  ])('%s', async (_, text) => {
    const renderer = await compileTemplate(text, { name: 'x', dot: new Map() })
    expect(renderer.render(() => undefined)).toHaveProperty('content')
  })
})

/** A map, or list, in a variable of this name that holds itself. */
const cycle = (name: string) => `{{ $${name} := sprig_dict }}{{ $_ := sprig_set $${name} "self" $${name} }}`
const deepList = `{{ $v := sprig_until 50000 }}{{ range loop 400 }}{{ $v = sprig_list $v }}{{ end }}`
const deepMap = (leaf: string) =>
  `{{ $v := ${leaf} }}{{ range loop 400 }}{{ $v = sprig_dict "k" $v }}{{ end }}`
const text = (count: number, part: string) => `(sprig_repeat ${count} "${part}")`
const doubled = (list: string) =>
  `{{ $l := ${list} }}{{ range loop 14 }}{{ $l = sprig_concat $l $l }}{{ end }}`
const nearlyEqual = `{{ $p := ${text(500_000, 'x')} }}{{ $a := print $p "a" }}{{ $b := print $p "b" }}`

describe('a template without measure is ended while it is rendered', () => {
  it.each<[string, string]>([
    ['{{ range loop 1 1000000000 }}{{ end }}', steps],
    ['{{ range 1000000000 }}{{ end }}', steps],
    [`{{ range loop 100000000 }}{{ $x := or ${'0 '.repeat(10_000)} }}{{ end }}`, steps],
    ['{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}', depth],
    [
      '{{ define "t" }}{{ executeTemplate "t" }}{{ end }}{{ executeTemplate "t" }}',
      `executeTemplate: ${depth}`,
    ],
    [
      '{{ define "t" }}{{ and 1 (or 0 (executeTemplate "t")) }}{{ end }}{{ template "t" }}',
      `executeTemplate: ${depth}`,
    ],
    ['{{ define "t" }}{{ template "t" }}{{ template "t" }}{{ end }}{{ template "t" }}', depth],
    [
      '{{ define "t" }}{{ if gt . 0 }}{{ template "t" (subtract 1 .) }}{{ template "t" (subtract 1 .) }}{{ end }}{{ end }}{{ template "t" 90 }}',
      `subtract: ${steps}`,
    ],
    ['{{ printf "%1000000d%1000000d%1000000d%1000000d%1000000d" 1 2 3 4 5 }}', `printf: ${size}`],
    [`{{ printf "${'%[1]s'.repeat(1_000)}" ${text(100_000, 'x')} }}`, `printf: ${size}`],
    ['{{ printf "%100000v" (sprig_until 1000) }}', `printf: ${size}`],
    ['{{ printf "%.100000d" (sprig_until 1000) }}', `printf: ${size}`],
    [`${doubled('sprig_list 1e308')}{{ printf "%f" $l }}`, `printf: ${size}`],
    [`{{ $s := ${text(900_000, 'x')} }}{{ print ${'$s '.repeat(6)} }}`, `print: ${size}`],
    [`{{ $s := ${text(900_000, 'x')} }}{{ sprig_cat ${'$s '.repeat(6)} }}`, `sprig_cat: ${size}`],
    [`${doubled(`sprig_list ${text(10_000, 'x')}`)}{{ join "" (sprig_toStrings $l) }}`, `join: ${size}`],
    [
      `{{ regexReplaceAll "(a+)" "${'$1'.repeat(1_000)}" ${text(100_000, 'a')} }}`,
      `regexReplaceAll: ${size}`,
    ],
    [`${nearlyEqual}${doubled('sprig_list $a $b')}{{ sprig_sortAlpha $l }}`, `sprig_sortAlpha: ${steps}`],
    [`${nearlyEqual}${doubled('sprig_list $a')}{{ sprig_has $b $l }}`, `sprig_has: ${steps}`],
    [`${nearlyEqual}${doubled('sprig_list $a')}{{ in $l $b }}`, `in: ${steps}`],
    [
      '{{ $l := sprig_until 60000 }}{{ range loop 100000000 }}{{ $x := slice $l 1 }}{{ end }}',
      `slice: ${steps}`,
    ],
    [
      '{{ $l := sprig_until 60000 }}{{ range loop 100000000 }}{{ range $l }}{{ break }}{{ end }}{{ $x := sprig_rest $l }}{{ end }}',
      `sprig_rest: ${steps}`,
    ],
    [
      `{{ range loop 100000 }}{{ $x := sprig_mulf ${'1.234567 '.repeat(3_000)} }}{{ end }}`,
      `sprig_mulf: ${steps}`,
    ],
    [`{{ explodeMap (sprig_dict ${text(1_000_000, 'a/')} 1) }}`, `explodeMap: ${steps}`],
    [`{{ $x := parseJSON (print "[" ${text(1_000_000, '[],')} "1]") }}`, `parseJSON: ${steps}`],
    [`{{ $x := parseYAML ${text(1_000_000, '- a\\n')} }}`, `parseYAML: ${steps}`],
    [`{{ parseYAML ${text(1_000, '[')} }}`, `parseYAML: ${depth}`],
    [`{{ parseYAML ${text(1_000, '- ')} }}`, `parseYAML: ${depth}`],
    [
      `{{ parseYAML (print "a: &a " ${text(300, '[')} ${text(300, ']')} "\\nb: " ${text(300, '[')} "*a" ${text(300, ']')}) }}`,
      `parseYAML: ${depth}`,
    ],
    [`{{ parseJSON ${text(1_000, '[')} }}`, `parseJSON: ${depth}`],
    [`${deepList}{{ toJSONPretty $v }}`, `toJSONPretty: ${size}`],
    [`${deepMap('sprig_until 50000')}{{ toYAML $v }}`, `toYAML: ${size}`],
    [`${deepMap(text(100_000, 'a b '))}{{ toYAML $v }}`, `toYAML: ${size}`],
    [`${deepMap(text(100_000, 'a\\n'))}{{ toYAML $v }}`, `toYAML: ${size}`],
    [
      `{{ $k := ${text(300, 'k')} }}{{ $v := sprig_dict "a" 1 }}{{ range loop 400 }}{{ $v = sprig_dict $k $v "a" 1 }}{{ end }}{{ toTOML $v }}`,
      `toTOML: ${size}`,
    ],
    [`${cycle('m')}{{ $m }}`, depth],
    [`${cycle('m')}{{ printf "%v" $m }}`, `printf: ${depth}`],
    [`${cycle('m')}{{ toTOML $m }}`, `toTOML: ${depth}`],
    [`${cycle('m')}{{ sprig_toJson $m }}`, `sprig_toJson: ${depth}`],
    [`${cycle('m')}${cycle('n')}{{ mergeMap $m $n }}`, `mergeMap: ${depth}`],
    [`${cycle('m')}${cycle('n')}{{ sprig_deepEqual $m $n }}`, `sprig_deepEqual: ${depth}`],
    [
      '{{ scratch.MapSet "m" "k" 1 }}{{ scratch.MapSet "m" "self" (scratch.Get "m") }}{{ spew_sdump (scratch.Get "m") }}',
      `spew_sdump: ${depth}`,
    ],
  ])('%s', async (template, problem) => {
    const error = await errorOf(template)
    expect(error).toBeInstanceOf(TemplateRenderError)
    expect(error).toMatchObject({ problem })
  })
})

describe('what a text is made of does not make it slow to read', () => {
  it.each([
    [`{{ parseFloat (print ${text(1_000_000, '1')} "x") }}`, 'parseFloat: the text is no number'],
    [`{{ parseYAML (print ${text(1_000_000, '1')} "x") | len }}`, undefined],
    [`{{ sprig_atoi (print ${text(1_000_000, '0')} "x") }}`, undefined],
    [`{{ sprig_clean ${text(1_000_000, '../')} | len }}`, undefined],
    [`{{ sprig_nospace ${text(1_000_000, ' ')} }}`, undefined],
    [
      `{{ secret (print "a" ${text(1_000_000, '/')} "b") }}`,
      'the template asks for a path that it computes, which the given secrets do not hold',
    ],
    [`{{ printf ${text(1_000_000, '%[')} | len }}`, undefined],
    [`{{ printf "${'%.1[1]s'.repeat(1_000)}" ${text(1_000_000, 'x')} | len }}`, `printf: ${steps}`],
    [`{{ regexMatch "(a*)*b" ${text(1_000_000, 'a')} }}`, undefined],
    [`{{ regexMatch ${text(20_000, '{')} "x" }}`, undefined],
    [
      `{{ regexMatch ${text(6_000, '[[:')} "x" }}`,
      'regexMatch: the regular expression is not valid: missing closing ]',
    ],
    [
      `{{ regexMatch ${text(5_000, '(?P<')} "x" }}`,
      'regexMatch: the regular expression is not valid: invalid named capture',
    ],
    [
      `{{ regexMatch (print ${text(5_000, '(')} ${text(5_000, ')')}) "x" }}`,
      'regexMatch: the regular expression is not valid: expression nests too deeply',
    ],
  ])('%s', async (template, problem) => {
    expect(await problemOf(template)).toBe(problem)
  })
})

describe('keys that mean something to the engine', () => {
  const data = '{"__proto__": {"constructor": "a", "toString": {"__proto__": "b"}}, "constructor": "c"}'
  it.each([
    ['{{ .__proto__.constructor }}{{ .constructor }}{{ .__proto__.toString.__proto__ }}', 'acb'],
    ['{{ range $k, $v := . }}{{ $k }} {{ end }}', '__proto__ constructor '],
    ['{{ toJSON . }}', '{"__proto__":{"constructor":"a","toString":{"__proto__":"b"}},"constructor":"c"}'],
    ['{{ toYAML . }}', '__proto__:\n  constructor: a\n  toString:\n    __proto__: b\nconstructor: c'],
    [
      '{{ toTOML (sprig_omit . "x") }}',
      'constructor = "c"\n\n[__proto__]\n  constructor = "a"\n  [__proto__.toString]\n    __proto__ = "b"',
    ],
    ['{{ (parseJSON (toJSON .)).__proto__.constructor }}{{ (parseYAML (toYAML .)).constructor }}', 'ac'],
    ['{{ (mergeMap (sprig_dict "__proto__" (sprig_dict "x" "d")) .).__proto__.x }}', 'd'],
    ['{{ (explodeMap (sprig_dict "__proto__/constructor" "e")).__proto__.constructor }}', 'e'],
    ['{{ sprig_hasKey (sprig_dict) "__proto__" }}{{ sprig_get (sprig_dict) "constructor" }}', 'false'],
    [
      '{{ scratch.Set "__proto__" 1 }}{{ scratch.Get "constructor" }}{{ scratch.Get "__proto__" }}',
      '<no value>1',
    ],
  ])('are ordinary: %s', async (template, output) => {
    expect(await renderOffline({ text: template, name: 'x', dataJson: data })).toBe(output)
  })

  it('give a template no property of a value', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'length', 'hasOwnProperty']) {
      for (const value of [
        '.',
        '$',
        '"x"',
        '1',
        '(sprig_list 1)',
        '(sprig_dict)',
        'scratch',
        '(sprig_semver "1.0.0")',
      ]) {
        expect(await problemOf(`{{ (${value}).${name} }}`, '{}')).toMatch(/has no field|there is no key/)
      }
    }
  })
})

describe('a format ends with what it makes much of', () => {
  const nested = (open: string, leaf: string, close: string) => open.repeat(400) + leaf + close.repeat(400)
  it.each([
    ['json', nested('[', Array(10_000).fill(1).join(), ']')],
    ['yaml', nested('{"k":', `[${Array(10_000).fill(1).join()}]`, '}')],
    ['toml', nested(`{"a": 1, "${'k'.repeat(300)}":`, '1', '}')],
  ] as const)('%s', async (format, json) => {
    const document = parseJson(`{"value": ${json}}`)
    if (!(document.root instanceof Map)) throw new Error('the document is an object')
    const secret = { fields: fieldsOf(document, document.root), version: '' }
    const renderer = await compileFormat({ provider: 'vault', path: 'x' }, format)
    expect(() => renderer.render(() => secret)).toThrow(size)
    const large = await compileFormat({ provider: 'vault', path: 'x' }, format, {
      limits: { ...defaultLimits, maxOutputBytes: 64 * 1024 * 1024 },
    })
    expect(large.render(() => secret)).toHaveProperty('content')
  })
})

describe('the bounds of a configuration', () => {
  it.each<[string, Partial<Limits>, string, string]>([
    ['{{ range loop 2000 }}{{ end }}', { maxSteps: 1_000 }, 'it takes more than 1000 steps', 'steps'],
    [
      '{{ range loop 2000 }}x{{ end }}',
      { maxOutputBytes: 1_000 },
      'the text is larger than 1000 bytes',
      'output',
    ],
    [
      '{{ if 1 }}{{ if 1 }}{{ if 1 }}{{ end }}{{ end }}{{ end }}',
      { maxDepth: 2 },
      'it is nested more than 2 deep',
      'depth',
    ],
  ])('are named in the error: %s', async (template, changed, problem, key) => {
    const limits = { ...defaultLimits, ...changed }
    const compiling = compileTemplate(template, { name: 'x', dot: new Map(), limits })
    const rendering = compiling.then(renderer => renderer.render(() => undefined))
    await expect(rendering).rejects.toMatchObject({
      problem,
      hint: expect.stringContaining(`templates: { limits: { ${key}: ... } }`),
    })
  })
})

function many(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join('')
}

async function problemOf(template: string, dataJson?: string): Promise<string | undefined> {
  try {
    await renderOffline({ text: template, name: 'x', dataJson, secretsJson: '{}' })
    return undefined
  } catch (error) {
    return error instanceof Error && 'problem' in error ? String(error.problem) : `crashed: ${error}`
  }
}

async function errorOf(template: string): Promise<Error> {
  try {
    await renderOffline({ text: template, name: 'x' })
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('the template was rendered')
}

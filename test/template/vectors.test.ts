import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RenderError } from '../../src/core/errors.ts'
import { isJsonObject, type Json, type JsonDocument, parseJson } from '../../src/core/json.ts'
import { functionsAllowing } from '../../src/template/functions.ts'
import { Budget, defaultLimits } from '../../src/template/limits.ts'
import { nothingOutside, outsideFunctions } from '../../src/template/outside.ts'
import { lex } from '../../src/template/parse/lex.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { TemplateRenderError, TemplateSyntaxError } from '../../src/template/template-error.ts'

/** As test/vectors/README.md describes it. */
interface Vector {
  readonly name: string
  readonly template: string
  readonly left?: string
  readonly right?: string
  readonly dotJson?: string
  readonly secretsJson?: string
  readonly writesJson?: string
  readonly pkiJson?: string
  readonly lists?: Readonly<Record<string, readonly string[]>>
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly errorOnMissingKey?: boolean
  readonly output?: string
  readonly outputBase64?: string
  readonly error?: string
  readonly stage?: 'parse' | 'execute'
  readonly line?: number
}

/** Vectors may reach outside, as the original does. */
const allow = [...outsideFunctions.keys()]
const functions = functionsAllowing(allow)

/** How many vectors of each group must be selected, so that none can go missing unseen. */
const expectedCounts = {
  'go-actions': 255,
  'go-functions': 248,
  'value-printing': 52,
  'ct-secret': 99,
  'ct-helpers': 444,
  sprig: 490,
  errors: 124,
  realistic: 34,
}

describe.each(Object.entries(expectedCounts))('the vectors of %s', (group, expectedCount) => {
  const selected = vectorsOf(group).filter(isSelected)

  it(`are selected by the functions they call: ${expectedCount}`, () => {
    expect(selected).toHaveLength(expectedCount)
  })

  it.each(selected)('$name', async vector => {
    expect(await outcomeOf(vector)).toEqual(expectedOutcome(vector))
  })
})

function vectorsOf(group: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${group}.json`, import.meta.url), 'utf8'))
}

/** All functions it calls must exist, but where it is about one that does not. */
function isSelected({ template, left, right, error }: Vector): boolean {
  if (error?.endsWith('not defined')) return true
  const names = lex(template, {
    left: left || '{{',
    right: right || '}}',
    budget: new Budget(defaultLimits),
  }).filter(token => token.kind === 'identifier')
  return names.every(({ text }) => functions.has(text))
}

async function outcomeOf(vector: Vector): Promise<unknown> {
  try {
    const output = await renderOffline({
      text: vector.template,
      name: 'vector',
      dataJson: vector.dotJson,
      secretsJson: secretsOf(vector),
      left: vector.left,
      right: vector.right,
      files: new Map(Object.entries(vector.files ?? {})),
      outside: { ...nothingOutside, allow, environment: vector.env ?? {}, readBelow: ['/'] },
      missingKey: vector.errorOnMissingKey === false ? 'zero' : 'error',
    })
    return { output: Buffer.from(output).toString('latin1') }
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { stage: 'parse', line: error.line }
    if (error instanceof TemplateRenderError) return { stage: 'execute', line: error.line }
    if (error instanceof RenderError) return { stage: 'execute', line: undefined }
    throw error
  }
}

function expectedOutcome({ output, outputBase64, stage, line }: Vector): unknown {
  if (stage !== undefined) return { stage, line }
  const bytes = outputBase64 === undefined ? Buffer.from(output ?? '') : Buffer.from(outputBase64, 'base64')
  return { output: bytes.toString('latin1') }
}

/** All answers as one document, with the texts as they stand in the vector. */
function secretsOf({ secretsJson = '{}', writesJson = '[]', pkiJson = '[]', lists = {} }: Vector): string {
  const read = parseJson(secretsJson)
  const entries = [
    ...[...objectOf(read.root)].map(([path, answer]) => [path, read.textOf(answer)]),
    ...Object.entries(lists).map(([path, keys]) => [path, JSON.stringify({ data: { keys } })]),
    ...writes(writesJson, 'secret').map(([name, answer, { textOf }]) => [name, textOf(answer)]),
    ...writes(pkiJson, 'pem').map(([name, pem]) => [name, JSON.stringify({ data: issued(objectOf(pem)) })]),
  ]
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`
}

/** The answers to writes, each under the path and parameters that it is given by. */
function writes(json: string, answer: string): [name: string, answer: Json, JsonDocument][] {
  const document = parseJson(json)
  const list = Array.isArray(document.root) ? document.root : []
  return list.map(objectOf).map(write => {
    const parameters = [...objectOf(write.get('params'))].map(([name, value]) => `${name}=${value}`)
    return [[write.get('path'), ...parameters].join(' '), write.get(answer) ?? null, document]
  })
}

/** The parts of a certificate as Vault answers them. */
function issued(pem: ReadonlyMap<string, Json>): object {
  const { cert, key, ca, caChain } = Object.fromEntries(pem)
  return { certificate: cert, private_key: key, issuing_ca: ca, ca_chain: caChain }
}

function objectOf(value: Json | undefined): ReadonlyMap<string, Json> {
  return isJsonObject(value) ? value : new Map()
}

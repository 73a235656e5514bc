import { parentPort } from 'node:worker_threads'
import { ConfigurationError, type KeyturnError, RenderError } from '../../src/core/errors.ts'
import { isJsonObject, parseJson } from '../../src/core/json.ts'
import type { Reference } from '../../src/core/reference.ts'
import { fieldsOf, type Secret } from '../../src/core/secret.ts'
import { compileFormat, formats } from '../../src/template/compile-format.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import type { Limits } from '../../src/template/limits.ts'
import { nothingOutside, outsideFunctions } from '../../src/template/outside.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { everythingIn } from './everything-in.ts'
import type { FuzzCase, FuzzVerdict } from './fuzz-case.ts'
import { fuzzCanaries } from './hostile-values.ts'
import { searchFor } from './leak-search.ts'

const { text: canary, number } = fuzzCanaries
const leaksIn = searchFor({
  text: canary,
  upper: canary.toUpperCase(),
  lower: canary.toLowerCase(),
  number,
})
const outside = {
  ...nothingOutside,
  allow: [...outsideFunctions.keys()],
  environment: { APP: canary, text: canary },
  readBelow: ['/'],
  writing: { ...nothingOutside.writing, below: ['/run/app'], taken: ['/run/app/taken'] },
}

parentPort?.on('message', async (fuzzCase: FuzzCase) => {
  parentPort?.postMessage(await verdictOn(fuzzCase))
})

async function verdictOn(fuzzCase: FuzzCase): Promise<FuzzVerdict> {
  try {
    await render(fuzzCase)
    return 'rendered'
  } catch (error) {
    return findingIn(error) ?? 'refused'
  }
}

async function render(fuzzCase: FuzzCase): Promise<void> {
  const { way, template: text, data, secrets, left, right, missingKey, maxSteps = 10_000 } = fuzzCase
  const limits = { maxSteps, maxOutputBytes: 20 * maxSteps, maxDepth: 500, maxPattern: 100_000 }
  const options = { name: 'fuzz', left, right, missingKey, outside, limits }
  if (way === 'offline') {
    const files = new Map([['/etc/app', canary]])
    await renderOffline({ ...options, text, dataJson: data, secretsJson: secrets, files })
    return
  }
  const given = secretsIn(data)
  if (way === 'formats') {
    await renderFormats([...given.values()], limits)
    return
  }
  const dot = new Map([...given.keys()].map(name => [name, referenceTo(name)]))
  const renderer = await compileTemplate(text, { ...options, dot, secretProvider: 'vault' })
  renderer.render(({ path }) => (path === 'none' ? undefined : (given.get(path) ?? null)))
}

async function renderFormats(secrets: readonly Secret[], limits: Limits): Promise<void> {
  for (const secret of secrets) {
    for (const format of formats) {
      const renderer = await compileFormat(referenceTo('x'), format, { limits })
      try {
        renderer.render(
          () => secret,
          () => {},
        )
      } catch (error) {
        const finding = findingIn(error)
        if (finding !== undefined) throw new Error(finding)
      }
    }
  }
}

function referenceTo(path: string): Reference {
  return { provider: 'vault', path }
}

/** Each member of the document is a secret; what is no object is one field of one. */
function secretsIn(json: string): ReadonlyMap<string, Secret> {
  const document = parsed(json)
  if (document === undefined || !isJsonObject(document.root)) return new Map()
  return new Map(
    [...document.root].map(([name, value]) => [
      name,
      { fields: fieldsOf(document, isJsonObject(value) ? value : new Map([['value', value]])), version: '1' },
    ]),
  )
}

function parsed(json: string) {
  try {
    return parseJson(json)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What is wrong with an error, if anything is. */
function findingIn(error: unknown): string | undefined {
  const isTyped = error instanceof RenderError || error instanceof ConfigurationError
  if (!isTyped) return `crashed: ${error instanceof Error ? error.stack : String(error)}`
  if (error.problem.includes('more depth or memory than there is')) return 'came to the end of the stack'
  const leaks = leaksIn(everythingIn(withoutExcerpt(error)))
  return leaks.length === 0 ? undefined : `shows ${leaks.join(', ')}: ${error.message} (${error.hint})`
}

/** The line of the template itself, to which no value comes. */
function withoutExcerpt(error: KeyturnError): unknown {
  const { message, problem, hint, stack, cause, name } = error
  return { message, problem, hint, stack, cause, name, file: error.place?.file }
}

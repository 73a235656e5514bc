import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ImportResult, importConfiguration } from '../../src/import/import-configuration.ts'
import { readConfiguration } from '../../src/import/read-configuration.ts'
import type { Block } from '../../src/import/tree.ts'
import { callsInTemplate } from '../../src/template/parse/calls-in-template.ts'

const folder = new URL('fixtures/', import.meta.url)

/** Names of the configurations in `fixtures`. */
export const fixtures: readonly string[] = readdirSync(fileURLToPath(folder)).filter(name =>
  /\.(hcl|json)$/.test(name),
)

export function fixtureText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

export function readFixture(name: string): Promise<Block> {
  return readConfiguration(fixtureText(name), name)
}

/** Imports what was read; the templates of `fixtures` stand in /etc/vault, and /usr/local/bin/reload is the only program. */
export function importBlocks(...blocks: Block[]): ImportResult {
  return importIn({}, ...blocks)
}

export function importIn(environment: Record<string, string>, ...blocks: Block[]): ImportResult {
  return importConfiguration(blocks, {
    environment,
    readText: path => (path === '/etc/vault/db.env.ctmpl' ? fixtureText('db.env.ctmpl') : undefined),
    callsIn: callsInTemplate,
    programExists: program => program === '/usr/local/bin/reload',
  })
}

/** Imports a text; for tests of single keys. */
export async function importText(text: string): Promise<ImportResult> {
  return importBlocks(await readConfiguration(text, 'agent.hcl'))
}

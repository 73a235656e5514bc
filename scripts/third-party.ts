import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a package contains beyond what it says of itself. */
const contained: Readonly<Record<string, string>> = {
  'js-hcl-parser':
    'It contains the HCL 1 parser of HashiCorp (https://github.com/hashicorp/hcl), under the Mozilla Public License 2.0\n(https://www.mozilla.org/MPL/2.0/), translated to JavaScript without changes, and parts of Go (BSD-3-Clause).',
}

/**
 * The licences of all packages whose modules a bundle holds, as they ask to be handed on with it; equal texts once.
 * @param moduleIds paths, of which those outside of node_modules are passed over
 */
export function thirdPartyLicences(moduleIds: readonly string[]): string {
  const directories = new Set(
    moduleIds.flatMap(id => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
  )
  const namesByText = new Map<string, string[]>()
  for (const directory of [...directories].sort()) {
    const text = licenceText(directory)
    namesByText.set(text, [...(namesByText.get(text) ?? []), nameOf(directory)])
  }
  return [...namesByText]
    .map(([text, names]) => `${names.join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function nameOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: unknown
  }
  const named = `${name} ${version}${typeof license === 'string' ? ` (${license})` : ''}`
  return contained[name] === undefined ? named : `${named}\n${contained[name]}`
}

function licenceText(directory: string): string {
  return readdirSync(directory)
    .filter(file => /^(licen[cs]e|notice|copying)/i.test(file))
    .sort()
    .map(file => readFileSync(join(directory, file), 'utf8').trim())
    .join('\n\n')
}

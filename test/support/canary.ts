import { searchFor } from './leak-search.ts'

/** Values that must never be seen: the lanes' whole output is searched for them after every run. */
const mark = ['canary', 'd41d8c'].join('-')

/** A secret value for a test; unlike any other text, and findable. */
export function canary(name: string): string {
  return `${mark}-${name}`
}

const tokenPatterns: readonly RegExp[] = [
  // Tokens as Vault, OpenBao and the embedded store make them.
  /\bhvs\.[\w-]{16,}/g,
  /\bs\.[A-Za-z0-9]{24}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
]

const canariesIn = searchFor({ 'a canary': mark })

/** What of a text is a secret of some test, in whatever way it is written; shortened so that the report does not repeat it. */
export function findLeaks(text: string): string[] {
  const tokens = new Set(tokenPatterns.flatMap(pattern => text.match(pattern) ?? []))
  return [
    ...canariesIn(text),
    ...[...tokens].map(leak => `${leak.slice(0, 18)}... (${leak.length} characters)`),
  ]
}

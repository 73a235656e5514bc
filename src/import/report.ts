import { type Block, type Entry, isBlock, isList, type Origin, type Value } from './tree.ts'

/** A key that became something in the new configuration. */
export interface Mapping {
  readonly origin: Origin
  readonly from: string
  readonly to: string
}

/** A key that did not, or not wholly. */
export interface Finding {
  readonly origin: Origin
  /** `todo`: somebody has to do or decide something. `difference`: keyturn goes another way, and nothing has to be done. */
  readonly severity: 'todo' | 'difference'
  /** The key as it is written, with those around it: `auto_auth.sink`. */
  readonly what: string
  /** What it means and what to do instead. Never holds a value that could be a credential. */
  readonly remedy: string
}

/** What becomes of each key of the imported files. */
export class Report {
  readonly mappings: Mapping[] = []
  readonly findings: Finding[] = []
  readonly #seen = new Map<Entry, 'opened' | 'whole'>()

  /** The value is looked at; the keys of a block are still to be looked at one by one. */
  open(entry: Entry): void {
    this.#seen.set(entry, 'opened')
  }

  mapped(origin: Origin, from: string, to: string): void {
    this.mappings.push({ origin, from, to })
  }

  todo(origin: Origin, what: string, remedy: string): void {
    this.findings.push({ origin, severity: 'todo', what, remedy })
  }

  difference(origin: Origin, what: string, remedy: string): void {
    this.findings.push({ origin, severity: 'difference', what, remedy })
  }

  /** Lists an entry with all that it holds. */
  listed(entry: Entry, severity: Finding['severity'], what: string, remedy: string): void {
    this.#seen.set(entry, 'whole')
    this.findings.push({ origin: entry.origin, severity, what, remedy })
  }

  /** Lists every key that nobody has looked at, so that none is dropped silently. */
  listUnread(block: Block, path = ''): void {
    for (const entry of block.entries) {
      const what = path === '' ? entry.key : `${path}.${entry.key}`
      const seen = this.#seen.get(entry)
      if (seen === undefined) this.todo(entry.origin, what, unknownKey)
      if (seen === 'opened') this.#listUnreadIn(entry.value, what)
    }
  }

  #listUnreadIn(value: Value, what: string): void {
    if (isBlock(value)) this.listUnread(value, what)
    else if (isList(value)) for (const element of value) this.#listUnreadIn(element, what)
  }
}

const unknownKey =
  'nothing was made of it: keyturn import does not know this key, or another one beside it says the same'

/** Findings that say the same, with all places that they are about, in the order in which they stand. */
export interface FindingGroup extends Omit<Finding, 'origin'> {
  readonly origins: readonly Origin[]
}

export function grouped(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, FindingGroup & { readonly origins: Origin[] }>()
  for (const { origin, ...finding } of findings) {
    const key = JSON.stringify(finding)
    const group = groups.get(key) ?? { ...finding, origins: [] }
    groups.set(key, group)
    group.origins.push(origin)
  }
  return [...groups.values()].sort((a, b) => compareOrigins(a.origins[0], b.origins[0]))
}

/** `agent.hcl:14, 21`, each file once. */
export function shownOrigins(origins: readonly Origin[]): string {
  const files = new Map<string, Set<number | undefined>>()
  for (const { file, line } of origins) files.set(file, (files.get(file) ?? new Set()).add(line))
  return [...files]
    .map(([file, lines]) => {
      const numbers = [...lines].filter(line => line !== undefined)
      return numbers.length === 0 ? file : `${file}:${numbers.join(', ')}`
    })
    .join('; ')
}

/** In the order of the text. */
export function compareOrigins(a: Origin | undefined, b: Origin | undefined): number {
  return a?.file === b?.file ? (a?.line ?? 0) - (b?.line ?? 0) : 0
}

import type { Report } from './report.ts'
import { type Block, type Entry, isBlock, isList, type Origin } from './tree.ts'

/** Reads the keys of one block and notes which it has read. A value of the wrong kind is reported and counts as absent. */
export class Section {
  readonly report: Report
  /** Names it in reports: `auto_auth.method`. Empty for the whole file. */
  readonly path: string
  readonly #block: Block

  constructor(block: Block, path: string, report: Report) {
    this.#block = block
    this.path = path
    this.report = report
  }

  get origin(): Origin {
    return this.#block.origin
  }

  get keys(): readonly string[] {
    return this.#block.entries.map(({ key }) => key)
  }

  name(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }

  /** The entry of a key; of several the last, as in the agents, and the others are reported. */
  take(key: string): Entry | undefined {
    const entries = this.all(key)
    for (const entry of entries.slice(0, -1)) {
      this.report.listed(
        entry,
        'todo',
        this.name(key),
        'it stands there again below, and only the last one was taken',
      )
    }
    return entries.at(-1)
  }

  all(key: string): Entry[] {
    const entries = this.#block.entries.filter(entry => entry.key === key)
    for (const entry of entries) this.report.open(entry)
    return entries
  }

  /** The entry of a key that has been read. */
  last(key: string): Entry | undefined {
    return this.#block.entries.findLast(entry => entry.key === key)
  }

  /** Where a key stands, or this block where it does not. */
  originOf(key: string): Origin {
    return this.last(key)?.origin ?? this.origin
  }

  text(key: string): string | undefined {
    const entry = this.take(key)
    if (typeof entry?.value !== 'string') return this.#misfit(entry, 'a text')
    if (placeholder.test(entry.value)) this.report.todo(entry.origin, this.name(key), placeholderRemedy)
    return entry.value === '' ? undefined : entry.value
  }

  /** A text in which anything may stand, such as a template. */
  content(key: string): string | undefined {
    const entry = this.take(key)
    return typeof entry?.value === 'string' ? entry.value : this.#misfit(entry, 'a text')
  }

  /** Agents also take numbers and texts for true and false. */
  flag(key: string): boolean | undefined {
    const entry = this.take(key)
    const text = entry === undefined || isBlock(entry.value) ? '' : String(entry.value)
    if (/^(1|t|true)$/i.test(text)) return true
    if (/^(0|f|false)$/i.test(text)) return false
    return this.#misfit(entry, 'true or false')
  }

  integer(key: string): number | undefined {
    const entry = this.take(key)
    const number = typeof entry?.value === 'string' ? Number(entry.value) : entry?.value
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number
    return this.#misfit(entry, 'a whole number')
  }

  /** A duration as keyturn writes it. The agents' own settings take a bare number for seconds. */
  duration(key: string): string | undefined {
    const entry = this.take(key)
    const text = entry === undefined || isBlock(entry.value) ? '' : String(entry.value)
    if (/^\d+$/.test(text)) return `${text}s`
    if (isDuration(text)) return text
    return this.#misfit(entry, 'a duration such as 30s')
  }

  /** A list of texts; one text alone is split at commas, as the agents do. */
  texts(key: string): readonly string[] | undefined {
    const entry = this.take(key)
    if (typeof entry?.value === 'string') return entry.value.split(',')
    if (entry !== undefined && isList(entry.value)) {
      const texts = entry.value.filter(element => typeof element === 'string')
      if (texts.length === entry.value.length) return texts
    }
    return this.#misfit(entry, 'a list of texts')
  }

  /** The block of a key; of several the last. */
  section(key: string): Section | undefined {
    const entry = this.take(key)
    return entry && this.#sectionOf(entry, this.name(key))
  }

  /** All blocks of a key. */
  sections(key: string): Section[] {
    return this.all(key).flatMap(entry => this.#sectionOf(entry, this.name(key)) ?? [])
  }

  /** The blocks within this one by their names, as labels are: `NAME { … }`. */
  labelled(): { readonly label: string; readonly section: Section }[] {
    return this.#block.entries
      .filter(({ value }) => isBlock(value))
      .flatMap(entry => {
        this.report.open(entry)
        const section = this.#sectionOf(entry, this.name(entry.key))
        return section === undefined ? [] : [{ label: entry.key, section }]
      })
  }

  /** Lists what has no counterpart, with all that it holds. */
  list(key: string, severity: 'todo' | 'difference', remedy: string): void {
    for (const entry of this.#block.entries.filter(entry => entry.key === key)) {
      this.report.listed(entry, severity, this.name(key), remedy)
    }
  }

  #sectionOf(entry: Entry, path: string): Section | undefined {
    if (!isBlock(entry.value)) {
      this.report.todo(entry.origin, path, 'this should be a block, and nothing was made of it')
      return undefined
    }
    return new Section({ ...entry.value, origin: entry.origin }, path, this.report)
  }

  #misfit(entry: Entry | undefined, wanted: string): undefined {
    if (entry === undefined) return
    this.report.todo(
      entry.origin,
      this.name(entry.key),
      `this should be ${wanted}, and nothing was made of it`,
    )
  }
}

/** What a shell or a deployment tool replaces before an agent sees it. */
const placeholder = /\$\{|\benv\(|\{\{/
const placeholderRemedy = 'it holds a placeholder that something else replaces: write what it stands for'

/** Of what Go calls a duration keyturn has no units below a millisecond. */
export function isDuration(text: string): boolean {
  return /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)
}

import { lstatSync, readFileSync } from 'node:fs'
import { formatProblem } from '../format-problem.ts'
import { type Palette, palette, printable, withLabels } from '../terminal.ts'
import { equalsDigest } from './equals-digest.ts'
import type { Outcome, Preview } from './preview-outputs.ts'
import type { ShowOptions } from './show-previews.ts'
import { clearDiff, type DiffRow, shownDiff } from './shown-diff.ts'

const contextLines = 2

interface Rendered extends Preview {
  /** All files of its output. */
  readonly siblings: readonly Preview[]
  readonly outcome: Extract<Outcome, { kind: 'rendered' }>
}

/** Prints which lines of a published file would change; masked by what the template says of them. */
export function comparePublished(rendered: Rendered, { context, options, configuration }: ShowOptions): void {
  const { path, outcome } = rendered
  const { terminal } = context
  const colours = palette(terminal)
  const published = readPublished(path)
  if ('problem' in published) {
    const equal = equalsDigest(rendered.siblings, configuration.stateDirectory)
    if (equal === undefined) terminal.out(`${colours.yellow('unknown')}\n`)
    else
      terminal.out(
        equal
          ? `${colours.green('unchanged')} by its digest\n`
          : `${colours.yellow('differs')} by its digest\n`,
      )
    if (equal !== true) terminal.error(`${formatProblem(published.problem, colours)}\n`)
    return
  }
  const { content } = published
  if (content !== undefined && Buffer.compare(content, outcome.content) === 0) {
    terminal.out(`${colours.green('unchanged')}\n`)
    return
  }
  if (content === undefined) terminal.out(`${colours.yellow('not published yet')}\n`)
  const [older, newer] = [linesOf(content ?? new Uint8Array()), linesOf(outcome.content)]
  const rows =
    options.reveal === true
      ? clearDiff(older, newer).map(row => ({ ...row, text: fromLatin1(row.text) }))
      : shownDiff(older, newer, outcome.pieces)
  const masked = options.reveal !== true
  terminal.out(
    rowsNear(rows)
      .map(row => line(row, { colours, masked }))
      .join(''),
  )
}

function readPublished(
  path: string,
): { content: Uint8Array | undefined } | { problem: { message: string; hint: string } } {
  try {
    return { content: readFileSync(path) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { content: undefined }
    return { problem: unreadable(path, code ?? 'unknown error') }
  }
}

function unreadable(path: string, code: string): { message: string; hint: string } {
  const owner = ownerOf(path)
  return {
    message: `what is published there cannot be read: ${code}${owner === undefined ? '' : `, it belongs to uid ${owner}`}`,
    hint:
      owner === undefined
        ? 'run the command as the user of the files'
        : `run the command as uid ${owner}, or as root with the capability DAC_READ_SEARCH; root without it reads no file of others`,
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return lstatSync(path).uid
  } catch {
    return undefined
  }
}

/** With their ends; in Latin-1, so that bytes that are no text are compared too. */
function linesOf(content: Uint8Array): string[] {
  return (
    Buffer.from(content)
      .toString('latin1')
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  )
}

function fromLatin1(line: string): string {
  return Buffer.from(line, 'latin1').toString()
}

/** The rows that say something, with a few around them; null stands for those left out. */
function rowsNear(rows: readonly DiffRow[]): (DiffRow | null)[] {
  const near = new Set<number>()
  for (const [index, { mark }] of rows.entries()) {
    if (mark === ' ') continue
    for (let at = index - contextLines; at <= index + contextLines; at++) near.add(at)
  }
  return rows.flatMap((row, index) => {
    if (near.has(index)) return [row]
    return index === 0 || near.has(index - 1) ? [null] : []
  })
}

function line(row: DiffRow | null, { colours, masked }: { colours: Palette; masked: boolean }): string {
  if (row === null) return `${colours.dim('  ⋮')}\n`
  const { mark, text } = row
  const paint = { '+': colours.green, '-': colours.red, '~': colours.yellow, ' ': colours.dim }[mark]
  const content = printable(text.replace(/\n$/, ''))
  return `${paint(mark)} ${masked ? withLabels(content, colours) : paint(content)}\n`
}

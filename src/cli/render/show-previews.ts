import type { ResolvedConfiguration } from '../../config/resolved.ts'
import { type ExitCode, exitCodes, KeyturnError, problemOf } from '../../core/errors.ts'
import type { Piece } from '../../core/piece.ts'
import type { ProgramContext } from '../context.ts'
import { formatProblem } from '../format-problem.ts'
import { type Palette, palette, printable, withLabels } from '../terminal.ts'
import { comparePublished } from './compare-published.ts'
import type { Preview } from './preview-outputs.ts'
import type { RenderOptions } from './render.ts'

export interface ShowOptions {
  readonly context: ProgramContext
  readonly options: RenderOptions
  readonly configuration: ResolvedConfiguration
}

/** Prints files, or what differs from the published ones. Answers what the first that failed ends with. */
export function showPreviews(previews: readonly Preview[], show: ShowOptions): ExitCode {
  const { terminal } = show.context
  const colours = palette(terminal)
  let exitCode: ExitCode = exitCodes.ok
  for (const [index, preview] of previews.entries()) {
    const { outcome } = preview
    // A single file can be piped to where it belongs.
    const alone = previews.length === 1 && show.options.diff !== true
    if (!alone) terminal.out(`${index > 0 ? '\n' : ''}${header(preview, colours)}`)
    if (outcome.kind === 'absent') {
      terminal.error(`${colours.dim('not written: its optional secret does not exist')}\n`)
    } else if (outcome.kind === 'failed') {
      for (const error of distinct(outcome.errors)) {
        terminal.error(`${colours.red('error')} ${formatProblem(problemOf(error), colours)}\n`)
        if (exitCode === exitCodes.ok) exitCode = codeOf(error)
      }
    } else if (show.options.diff === true) {
      const siblings = previews.filter(({ output }) => output === preview.output)
      comparePublished({ ...preview, outcome, siblings }, show)
    } else {
      showContent(outcome, { show, alone, colours })
    }
  }
  summarize(previews, show, colours)
  return exitCode
}

/** `── /run/secrets/app.env ── 0400 10001:10001` */
function header({ path, file }: Preview, { bold, dim }: Palette): string {
  const mode = file.mode.toString(8).padStart(4, '0')
  return `${dim('──')} ${bold(path)} ${dim(`── ${mode} ${file.owner}:${file.group}`)}\n`
}

function showContent(
  { content, pieces }: { content: Uint8Array; pieces: readonly Piece[] },
  { show, alone, colours }: { show: ShowOptions; alone: boolean; colours: Palette },
): void {
  const { terminal } = show.context
  if (show.options.reveal === true) terminal.out(content)
  else for (const piece of pieces) terminal.out(shown(piece, { colours, isTerminal: terminal.isTerminal }))
  const last = show.options.reveal === true ? content.at(-1) : pieces.at(-1)?.shown.at(-1)
  if (!alone && last !== undefined && last !== '\n' && last !== 0x0a) terminal.out('\n')
}

/** Labels are coloured; what a terminal would obey is not passed on to it. */
function shown(
  { shown: text, hides }: Piece,
  { colours, isTerminal }: { colours: Palette; isTerminal: boolean },
): string {
  const harmless = isTerminal ? printable(text) : text
  return hides === undefined ? harmless : withLabels(harmless, colours)
}

function summarize(previews: readonly Preview[], { context, options }: ShowOptions, { dim }: Palette): void {
  const { terminal } = context
  if (previews.length > 1) {
    const count = (kind: string) => previews.filter(({ outcome }) => outcome.kind === kind).length
    const [rendered, failed] = [count('rendered'), count('failed')]
    const files = rendered === 1 ? 'file' : 'files'
    terminal.error(`\n${rendered} ${files} rendered${failed === 0 ? '' : `, ${failed} failed`}\n`)
  }
  const masked = options.reveal !== true && previews.some(({ outcome }) => outcome.kind === 'rendered')
  if (masked && terminal.isTerminal) {
    terminal.error(`${dim('labels in ‹› stand for what derives from secrets; --reveal shows it')}\n`)
  }
}

/** One backend that does not answer fails all that is asked of it. */
function distinct(errors: readonly Error[]): readonly Error[] {
  return [...new Map(errors.map(error => [error.message, error])).values()]
}

function codeOf(error: Error): ExitCode {
  return error instanceof KeyturnError ? error.exitCode : exitCodes.unexpected
}

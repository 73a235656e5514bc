import { type Problem, placeText } from '../core/problem.ts'
import { type Palette, printable } from './terminal.ts'

const maxExcerptLength = 100

/**
 * `file:line:column: message`, the line with a caret below, and the hint. No line break at the end. What could steer a
 * terminal is shown as `�`: a key's name or a template may come from somebody else.
 */
export function formatProblem(problem: Problem, { bold, dim, red, cyan }: Palette): string {
  const { message, excerpt, hint } = problem
  const place = placeText(problem)
  const lines = [`${place === '' ? '' : bold(`${printable(place)}:`)} ${printable(message)}`.trimStart()]
  if (excerpt !== undefined && problem.line !== undefined) {
    const { shown, before } = cutOut(excerpt, problem.column ?? 1)
    const number = String(problem.line).padStart(5)
    lines.push(
      `${dim(`${number} |`)} ${shown}`,
      `${dim(`${' '.repeat(number.length)} |`)} ${before}${red('^')}`,
    )
  }
  if (hint !== undefined) lines.push(`  ${cyan('hint:')} ${printable(hint)}`)
  return lines.join('\n')
}

/** The line, or of a long one the part around the column; and the blanks that the caret stands behind. */
function cutOut(line: string, column: number): { shown: string; before: string } {
  const at = column - 1
  const start = line.length > maxExcerptLength ? Math.max(0, at - Math.floor(maxExcerptLength / 2)) : 0
  const end = start + maxExcerptLength
  const head = `${start > 0 ? '…' : ''}${line.slice(start, at)}`
  const tail = `${line.slice(at, end)}${end < line.length ? '…' : ''}`
  return { shown: printable(head + tail), before: blanksOf(printable(head)) }
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/gu

/** As wide as the text. Tabs stay tabs, however wide they are shown. */
function blanksOf(text: string): string {
  return text.replace(/\p{M}/gu, '').replace(wide, '  ').replace(/[^\t]/gu, ' ')
}

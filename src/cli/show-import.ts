import {
  compareOrigins,
  type Finding,
  grouped,
  type Mapping,
  type Report,
  shownOrigins,
} from '../import/report.ts'
import { wrapped } from '../import/wrapped.ts'
import { type Palette, palette, printable, type Terminal, table } from './terminal.ts'

/** Says what was written, what became of what, and what needs attention, with its places. */
export function showImport(
  { mappings, findings }: Pick<Report, 'mappings' | 'findings'>,
  { written }: { readonly written: readonly string[] },
  terminal: Terminal,
): void {
  const colours = palette(terminal)
  const { bold, yellow, dim } = colours
  const section = (title: string, content: string) => {
    if (content !== '') terminal.out(`${title}\n${content}\n`)
  }
  section(bold('written'), written.map(file => `  ${file}\n`).join(''))
  section(bold('mapped'), mappingTable(mappings))
  section(bold(yellow('to do')), findingList(findings, 'todo', colours))
  section(bold('different') + dim(', with nothing to do'), findingList(findings, 'difference', colours))
}

function mappingTable(mappings: readonly Mapping[]): string {
  const rows = mappings.toSorted((a, b) => compareOrigins(a.origin, b.origin))
  return table(rows.map(({ origin, from, to }) => [`  ${shownOrigins([origin])}`, from, to].map(printable)))
}

function findingList(
  findings: readonly Finding[],
  severity: Finding['severity'],
  { bold, dim }: Palette,
): string {
  return grouped(findings.filter(finding => finding.severity === severity))
    .map(({ origins, what, remedy }) => {
      const lines = wrapped(printable(remedy), 90).map(
        line => `    ${severity === 'todo' ? line : dim(line)}\n`,
      )
      return `  ${bold(printable(shownOrigins(origins)))} ${printable(what)}\n${lines.join('')}`
    })
    .join('')
}

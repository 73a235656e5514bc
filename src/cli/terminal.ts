/** What a command may write to, and how. Colours and tables appear only on a terminal; NO_COLOR is honoured. */
export interface Terminal {
  readonly out: (text: string | Uint8Array) => void
  readonly error: (text: string) => void
  readonly isTerminal: boolean
  readonly colour: boolean
}

export type Paint = (text: string) => string

export interface Palette {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

export function palette({ colour }: Pick<Terminal, 'colour'>): Palette {
  const paint = (code: number): Paint => (colour ? text => `\u001b[${code}m${text}\u001b[0m` : text => text)
  return {
    bold: paint(1),
    dim: paint(2),
    red: paint(31),
    green: paint(32),
    yellow: paint(33),
    cyan: paint(36),
  }
}

/** Without what a terminal would obey, but for line breaks and tabs, and without marks that turn the direction of writing. */
export function printable(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�')
}

/** Columns as wide as their widest cell; colours do not count. The last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell))
  }
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell)),
    )
  return rows.map(row => `${line(row).join('  ').trimEnd()}\n`).join('')
}

/** The labels that stand for secrets in colour. */
export function withLabels(text: string, { cyan }: Pick<Palette, 'cyan'>): string {
  return text.replace(/‹[^\n]*?›/g, label => cyan(label))
}

function visibleLength(cell: string): number {
  return cell.replace(/\u001b\[\d+m/g, '').length
}

import type { ProgramUnderTest } from './program-under-test.ts'

export function title(text: string): void {
  console.log(`\n${text}`)
}

export function row(program: Pick<ProgramUnderTest, 'name'>, ...cells: readonly string[]): void {
  const shown = cells.filter(cell => cell !== '').map(cell => cell.padEnd(22))
  console.log(`  ${[program.name.padEnd(16), ...shown].join('  ').trimEnd()}`)
}

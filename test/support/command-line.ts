import type { ProgramContext } from '../../src/cli/context.ts'
import { runProgram } from '../../src/cli/program.ts'

export interface CommandLineOptions {
  readonly directory?: string
  readonly terminate?: AbortSignal
  /** As on a terminal of a person. */
  readonly isTerminal?: boolean
  /** Is told of what is printed, on either stream. */
  readonly printed?: (text: string) => void
}

export interface CommandLineResult {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** One command in this process, without colours. */
export async function runCommandLine(
  args: readonly string[],
  { directory = '/', terminate, isTerminal = false, printed }: CommandLineOptions = {},
): Promise<CommandLineResult> {
  let out = ''
  let error = ''
  const context: ProgramContext = {
    argv: ['node', 'keyturn', ...args],
    environment: {},
    workingDirectory: directory,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    terminal: {
      out(text) {
        const shown = Buffer.from(text).toString()
        out += shown
        printed?.(shown)
      },
      error(text) {
        error += text
        printed?.(text)
      },
      isTerminal,
      colour: false,
    },
    terminate: terminate ?? new AbortController().signal,
    onReload: () => ({ [Symbol.dispose]: () => undefined }),
    forbidCoreDumps: () => undefined,
  }
  return { code: await runProgram(context), out, error }
}

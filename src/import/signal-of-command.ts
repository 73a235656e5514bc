import type { Settings } from './draft.ts'
import { plainWords } from './shell-words.ts'

/**
 * The signal that a command line sends, where it sends one to a program by its name, or to the number in a file. The
 * agents' `pkill` reaches processes of every user, hence `any_owner`.
 */
export function signalOfCommandLine(commandLine: string): Settings | undefined {
  const byName = new RegExp(
    `^(.+)\\s+${substitution(`(?:pidof|pgrep)(?: -[xos])* (${name})`)}${ending}$`,
  ).exec(commandLine)
  const byFile = new RegExp(`^(.+)\\s+${substitution('cat ([\\w./-]+)')}${ending}$`).exec(commandLine)
  const kill = (byName ?? byFile)?.[1]
  if (kill === undefined) return signalOfWords(plainWords(commandLine) ?? [])
  const [program, ...options] = plainWords(kill) ?? []
  const signal = program !== undefined && isProgram(program, 'kill') ? signalOf(options) : undefined
  const [target] = (byName ?? byFile)?.slice(2).filter(part => part !== undefined) ?? []
  if (signal === undefined || target === undefined) return undefined
  return byName === null ? { signal, pid_file: target } : { signal, process: target, any_owner: true }
}

/** The same of a program and its arguments. */
export function signalOfWords(words: readonly string[]): Settings | undefined {
  const [program = '', ...rest] = words
  if (isProgram(program, 'nginx')) return nginxSignal(rest)
  if (!isProgram(program, 'pkill') && !isProgram(program, 'killall')) return undefined
  const target = rest.at(-1)
  const options = rest.slice(0, -1).filter(option => !/^(-x|--exact|-q|--quiet)$/.test(option))
  const signal = signalOf(options)
  if (target === undefined || !new RegExp(`^${name}$`).test(target) || signal === undefined) return undefined
  return { signal, process: target, any_owner: true }
}

function nginxSignal(options: readonly string[]): Settings | undefined {
  const signal = options.length === 2 && options[0] === '-s' ? nginxSignals[options[1] ?? ''] : undefined
  return signal === undefined ? undefined : { signal, process: 'nginx', any_owner: true }
}

const nginxSignals: Readonly<Record<string, string>> = {
  reload: 'SIGHUP',
  reopen: 'SIGUSR1',
  quit: 'SIGQUIT',
  stop: 'SIGTERM',
}

const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH']
const numbers: Readonly<Record<string, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  10: 'SIGUSR1',
  12: 'SIGUSR2',
  15: 'SIGTERM',
  28: 'SIGWINCH',
}

/** A signal by its name or number, as keyturn writes it; undefined where keyturn does not send it. */
export function signalNamed(text: string): string | undefined {
  const signal = numbers[text] ?? `SIG${text.toUpperCase().replace(/^SIG/, '')}`
  return signals.includes(signal) ? signal : undefined
}

/** `-HUP`, `-1`, `-s HUP`, `--signal HUP`; a kill without any sends SIGTERM. */
function signalOf(options: readonly string[]): string | undefined {
  const [, text = 'TERM', more] = /^(?:(?:-s |--signal[ =]|-n |-)(\w+))?(.+)?$/.exec(options.join(' ')) ?? []
  return more === undefined ? signalNamed(text) : undefined
}

function isProgram(path: string, program: string): boolean {
  return path === program || new RegExp(`^/[\\w./-]*/${program}$`).test(path)
}

const name = '[\\w][\\w.-]*'
const ending = '(?:\\s*2>\\s*/dev/null)?(?:\\s*\\|\\|\\s*(?:true|:))?\\s*'

/** `$(…)`, perhaps quoted, or the same between backquotes. */
function substitution(inner: string): string {
  const spaced = inner.replaceAll(' ', '\\s+')
  return `(?:"?\\$\\(\\s*${spaced}\\s*\\)"?|\`\\s*${spaced}\\s*\`)`
}

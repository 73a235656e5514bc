import type { Settings } from './draft.ts'
import { importCommand } from './import-command.ts'
import { present } from './present.ts'
import type { Section } from './section.ts'
import type { Entry, Origin } from './tree.ts'

export interface TemplateCommand {
  readonly origin: Origin
  readonly settings: Settings
  /** For people. */
  readonly shown: string
}

/** The command of a template, from `command` or the block `exec`, as an entry of `reload` that takes its place. */
export function importTemplateCommand(
  section: Section,
  programExists: (program: string) => boolean,
): TemplateCommand | undefined {
  const exec = section.section('exec')
  const timing = timingOf(section, exec)
  const own = commandIn(section)
  const inner = exec && commandIn(exec)
  if (exec?.flag('enabled') === false) return undefined
  const chosen = inner ?? own
  if (chosen === undefined) return undefined
  if (inner !== undefined && own !== undefined) {
    section.report.todo(
      own.entry.origin,
      section.name('command'),
      'exec.command stands beside it, and only that one ran',
    )
  }
  const command = importCommand({ ...chosen, programExists })
  if (command === undefined) return undefined
  const { splay, timeout } = timing
  const isSignal = 'signal' in command.settings
  return {
    origin: chosen.entry.origin,
    settings: present({ ...command.settings, timeout: isSignal ? undefined : timeout, splay }),
    shown: command.shown,
  }
}

interface WrittenCommand {
  readonly section: Section
  readonly entry: Entry
  readonly words: readonly string[]
}

function commandIn(section: Section): WrittenCommand | undefined {
  const words = section.texts('command')
  const entry = section.last('command')
  if (words === undefined || entry === undefined || words.join('').trim() === '') return undefined
  return { section, entry, words }
}

/** Both agents kill a command after 30 s, as keyturn does. Zero is for ever there. */
function timingOf(section: Section, exec: Section | undefined) {
  exec?.list(
    'env',
    'todo',
    'a program of "reload" gets PATH, HOME and LANG alone: give it what it needs in a file',
  )
  for (const key of ['kill_signal', 'kill_timeout']) {
    exec?.list(key, 'difference', 'at its "timeout" a program is killed with all that it started')
  }
  exec?.list('reload_signal', 'difference', 'a command of a template ends before the next one')
  const commandTimeout = section.duration('command_timeout')
  const timeout = exec?.duration('timeout') ?? commandTimeout
  const endless = timeout !== undefined && /^0/.test(timeout) && !/[1-9]/.test(timeout)
  if (endless)
    section.report.difference(
      section.origin,
      section.name('exec.timeout'),
      'a program is killed after 30s, for none runs for ever',
    )
  const splay = exec?.duration('splay')
  return { timeout: endless ? undefined : timeout, splay }
}

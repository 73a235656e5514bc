import { basename } from 'node:path'
import type { DraftNotifier } from './draft.ts'
import { present } from './present.ts'
import type { Section } from './section.ts'
import { plainWords } from './shell-words.ts'
import { signalNamed } from './signal-of-command.ts'

/**
 * The application that an agent starts itself. keyturn starts none; where it was told of changes by a signal, it still
 * is, and where it was started again, that is listed.
 */
export function importExec(root: Section): DraftNotifier | undefined {
  const exec = root.section('exec')
  if (exec === undefined) return undefined
  const { report, origin } = exec
  const words = exec.texts('command') ?? []
  const written = exec.text('reload_signal')
  const signal = written === undefined ? undefined : signalNamed(written)
  const splay = exec.duration('splay')
  for (const [key, remedy] of withoutCounterpart) exec.list(key, 'difference', remedy)
  if (exec.flag('enabled') === false || words.length === 0) return undefined

  const [program] = (words.length === 1 ? plainWords(words[0] ?? '') : words) ?? []
  if (signal !== undefined && program !== undefined) {
    report.todo(
      origin,
      'exec',
      `${startsNone}; it is still told by ${signal}, to the process "${basename(program)}"`,
    )
    report.mapped(origin, 'exec', `signal ${signal} to ${basename(program)}`)
    const settings = present({ signal, process: basename(program), any_owner: true, splay })
    return { origin, settings, on: undefined }
  }
  const cannot = written !== undefined && signal === undefined ? `; keyturn does not send ${written}` : ''
  report.todo(origin, 'exec', `${startsNone}; ${told}${cannot}`)
  return undefined
}

const startsNone =
  'keyturn starts no application: start it in a container of its own, with the PID namespace and the volume of the files'
const told =
  'tell it of changes by a signal or a webhook under "reload", or by SIGTERM, so that it is started again'

const withoutCounterpart: readonly (readonly [string, string])[] = [
  ['restart_on_secret_changes', 'what happens to the application is said under "reload"'],
  ['restart_stop_signal', 'what happens to the application is said under "reload"'],
  ['kill_signal', 'the container ends its application'],
  ['kill_timeout', 'the container ends its application'],
  ['timeout', 'the container ends its application'],
  ['env', 'the container of the application gives it its environment'],
  ['child_process_stdout', 'the container keeps what its application prints'],
  ['child_process_stderr', 'the container keeps what its application prints'],
]

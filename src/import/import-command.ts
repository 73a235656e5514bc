import type { Settings } from './draft.ts'
import type { Section } from './section.ts'
import { plainWords } from './shell-words.ts'
import { signalOfCommandLine, signalOfWords } from './signal-of-command.ts'
import type { Entry } from './tree.ts'

/** A way to tell the application that takes the place of a command. */
export interface Command {
  readonly settings: Settings
  /** For people: `signal SIGHUP to nginx`. */
  readonly shown: string
}

export interface CommandSource {
  readonly section: Section
  readonly entry: Entry
  readonly words: readonly string[]
  readonly programExists: (program: string) => boolean
}

/**
 * What becomes of a command: a signal, a program without a shell, or nothing, which is listed. The agents give a single
 * text of several words to a shell.
 */
export function importCommand(source: CommandSource): Command | undefined {
  const { section, entry, programExists } = source
  const words = withoutShell(source.words)
  const signal = typeof words === 'string' ? signalOfCommandLine(words) : signalOfWords(words)
  if (signal !== undefined) {
    return {
      settings: signal,
      shown: `signal ${signal['signal']} to ${signal['process'] ?? signal['pid_file']}`,
    }
  }
  const list = (remedy: string) => section.report.todo(entry.origin, section.name(entry.key), remedy)
  const [program = ''] = words
  if (typeof words === 'string' || shell.test(program)) list(shellRemedy)
  else if (ofTheHost.test(program)) list(hostRemedy)
  else if (!programExists(program)) list(absentRemedy(program))
  else {
    section.report.difference(entry.origin, section.name(entry.key), environmentRemedy)
    return { settings: { command: words, first: true }, shown: `command ${program}` }
  }
  return undefined
}

/** The words of a command, whose shells do nothing but split them; the text for a shell where one does more. */
function withoutShell(words: readonly string[]): readonly string[] | string {
  const [first = '', option = '', script = ''] = words
  if (words.length === 1 && /\s/.test(first.trim())) {
    const plain = plainWords(first)
    return plain === undefined ? first : withoutShell(plain)
  }
  if (words.length === 3 && shell.test(first) && /^-[eux]*c$/.test(option)) return withoutShell([script])
  return words
}

const shell = /^(\/\S*\/)?(ba|da|a|z|k)?sh$/

const ofTheHost =
  /^(\/\S*\/)?(systemctl|service|rc-service|initctl|supervisorctl|docker|podman|nomad|kubectl|curl|wget)$/

const instead =
  'tell the application under "reload" by a signal ({ signal: SIGHUP, process: NAME }), by a webhook, or by a program'
const shellRemedy = `it needs a shell, which keyturn's image does not have: ${instead} of your own`
const hostRemedy = `it asks somebody outside of the agent's container: ${instead}`
const environmentRemedy =
  'it runs without a shell and with PATH, HOME and LANG alone; the program must be there in the container of the agent'

function absentRemedy(program: string): string {
  return `there is no program "${program}" here: put it into the container of the agent and write "command: [${program}, ...]" under "reload", or tell the application by a signal`
}

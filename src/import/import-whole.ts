import { isDuration, type Section } from './section.ts'

/** The quiescence timer of one template, or of all: a block, or `"MIN:MAX"`. */
export function importWait(section: Section): string | undefined {
  const entry = section.take('wait')
  if (entry === undefined) return undefined
  const min =
    typeof entry.value === 'string' ? shortForm(section, entry.value) : blockForm(section.section('wait'))
  if (min !== undefined) section.report.mapped(entry.origin, 'wait', 'settle')
  return min
}

function shortForm(section: Section, text: string): string | undefined {
  const [min = ''] = text.split(':')
  if (isDuration(min)) return min
  section.report.todo(
    section.origin,
    section.name('wait'),
    'this should be two durations such as 5s:10s, and nothing was made of it',
  )
  return undefined
}

function blockForm(wait: Section | undefined): string | undefined {
  wait?.list('max', 'difference', 'a publication waits once, for "settle"')
  return wait?.duration('min')
}

/** The level of the log, by keyturn's names. */
export function importLogLevel(root: Section): string | undefined {
  const level = root.text('log_level')?.toLowerCase()
  if (level === undefined) return undefined
  const known = levels[level]
  const { origin } = root.last('log_level') ?? root
  if (known === undefined)
    root.report.todo(origin, 'log_level', 'this level is not known, so it is "info" now')
  else root.report.mapped(origin, 'log_level', 'log.level')
  return known
}

const levels: Readonly<Record<string, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  err: 'error',
  error: 'error',
}

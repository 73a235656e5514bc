import { pino } from 'pino'
import type { Journal, JournalFields, Severity } from '../core/ports.ts'

export interface LoggerOptions {
  readonly level: Severity
  /** JSON lines for machines, one readable line each for a terminal. */
  readonly format: 'json' | 'pretty'
  readonly write: (line: string) => void
  readonly colour: boolean
}

/** The journal as log lines. A line holds `level`, `time` (ISO 8601), `event`, `msg` and the fields of the event. */
export function createLogger(options: LoggerOptions): Journal {
  const stream = { write: options.format === 'json' ? options.write : prettyLines(options) }
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
    },
    stream,
  )
  return {
    record(severity, event, message, fields) {
      logger[severity]({ event, ...fields }, message)
    },
  }
}

/** Passes every record to each of the journals. */
export function joinJournals(...journals: readonly Journal[]): Journal {
  return {
    record(severity, event, message, fields) {
      for (const journal of journals) journal.record(severity, event, message, fields)
    },
  }
}

const colours: Readonly<Record<string, string>> = { debug: '2', info: '32', warn: '33', error: '31' }

function prettyLines({ write, colour }: LoggerOptions): (line: string) => void {
  const paint = (code: string, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  return line => {
    const { level, time, event, msg, hint, ...fields } = JSON.parse(line) as Record<string, string> &
      JournalFields
    const clockTime = String(time).slice(11, 23)
    const label = paint(colours[String(level)] ?? '0', String(level).padEnd(5))
    const details = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const tail =
      colour && details.length > 0
        ? paint('2', ` ${details.join(' ')}`)
        : details.map(text => ` ${text}`).join('')
    write(`${paint('2', clockTime)} ${label} ${String(event)}: ${String(msg)}${tail}\n`)
    if (hint !== undefined) write(`${' '.repeat(19)}hint: ${hint}\n`)
  }
}

import { refuse } from './refusal.ts'

interface Field {
  readonly lowest: number
  readonly highest: number
}

/** Minute, hour, day of the month, month, day of the week (0 is Sunday). */
const fields: readonly Field[] = [
  { lowest: 0, highest: 59 },
  { lowest: 0, highest: 23 },
  { lowest: 1, highest: 31 },
  { lowest: 1, highest: 12 },
  { lowest: 0, highest: 6 },
]

const minuteMs = 60_000
/** A schedule that fits no day within a leap year's distance fits none (the 30th of February). */
const farthestMs = 8 * 366 * 24 * 60 * minuteMs

/**
 * The first instant after `after` that fits a schedule in cron's five fields, in UTC; all in milliseconds since the epoch.
 * Names of months and days are not understood.
 * @throws Refusal where the schedule cannot be read, or never comes
 */
export function nextOccurrence(schedule: string, after: number): number {
  const texts = schedule.trim().split(/\s+/)
  if (texts.length !== fields.length) return refuseSchedule(schedule)
  const [minutes, hours, days, months, weekdays] = fields.map((field, at) =>
    valuesOf(texts[at] ?? '', field, schedule),
  )
  // As in cron: where both days are restricted, either is enough.
  const anyDay = texts[2]?.startsWith('*') === true || texts[4]?.startsWith('*') === true
  for (let at = Math.floor(after / minuteMs + 1) * minuteMs; at < after + farthestMs; ) {
    const time = new Date(at)
    const dayFits = days?.has(time.getUTCDate()) === true
    const weekdayFits = weekdays?.has(time.getUTCDay()) === true
    const fitsDay = anyDay ? dayFits && weekdayFits : dayFits || weekdayFits
    if (!months?.has(time.getUTCMonth() + 1) || !fitsDay) {
      at = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate() + 1)
    } else if (hours?.has(time.getUTCHours()) && minutes?.has(time.getUTCMinutes())) return at
    else at += minuteMs
  }
  return refuseSchedule(schedule)
}

/** `*`, `5`, `1-5`, each also with a step (`*` and `/15`), and lists of them. */
function valuesOf(text: string, { lowest, highest }: Field, schedule: string): ReadonlySet<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part)
    if (match === null) return refuseSchedule(schedule)
    const [, first, last, step] = match
    const from = first === undefined ? lowest : Number(first)
    const open = first === undefined || (last === undefined && step !== undefined)
    const to = open ? highest : Number(last ?? first)
    const by = Number(step ?? 1)
    if (from < lowest || to > highest || from > to || by < 1) return refuseSchedule(schedule)
    for (let value = from; value <= to; value += by) values.add(value)
  }
  return values
}

function refuseSchedule(schedule: string): never {
  return refuse(400, `could not parse rotation_schedule "${schedule}"`)
}

/** An instant with the zone that it is shown in. */
export interface Instant {
  /** Since 1970-01-01, UTC. */
  readonly seconds: bigint
  readonly nanoseconds: number
  /** Of the zone, east of UTC. */
  readonly offsetSeconds: number
  /** Empty where only the offset is known. */
  readonly zone: string
}

export interface CalendarDate {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  /** From 1. */
  readonly yearDay: number
  /** From 0, Sunday. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export const monthNames: readonly string[] =
  'January February March April May June July August September October November December'.split(' ')
export const dayNames: readonly string[] = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(
  ' ',
)

const daySeconds = 86_400n
/** Of the Gregorian calendar, in days. */
const eraDays = 146_097n

/** Where the instant stands in its zone's calendar, the proleptic Gregorian one. */
export function calendarDate({ seconds, offsetSeconds }: Instant): CalendarDate {
  const local = seconds + BigInt(offsetSeconds)
  const days = floorDivide(local, daySeconds)
  const rest = Number(local - days * daySeconds)
  // Years that begin in March, so that the leap day is the last (Howard Hinnant's civil_from_days).
  const shifted = days + 719_468n
  const era = floorDivide(shifted, eraDays)
  const dayOfEra = Number(shifted - era * eraDays)
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + Number(era) * 400 + (month <= 2 ? 1 : 0)
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
    yearDay: Number(days - daysBefore(year, 1, 1)) + 1,
    weekday: Number((((days + 4n) % 7n) + 7n) % 7n),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  }
}

/** Seconds since 1970 of a date and time in UTC. */
export function secondsOf(
  date: Pick<CalendarDate, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'>,
): bigint {
  const clock = date.hour * 3600 + date.minute * 60 + date.second
  return daysBefore(date.year, date.month, date.day) * daySeconds + BigInt(clock)
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Days since 1970. */
function daysBefore(year: number, month: number, day: number): bigint {
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return BigInt(era) * eraDays + BigInt(dayOfEra) - 719_468n
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

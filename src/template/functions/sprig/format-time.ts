import { type CalendarDate, calendarDate, dayNames, type Instant, monthNames } from './calendar.ts'
import { type LayoutPiece, layoutPieces } from './time-layout.ts'

/** Go's Time.Format. */
export function formatTime(instant: Instant, layout: string): string {
  const date = calendarDate(instant)
  return layoutPieces(layout)
    .map(piece => piece.text + written(piece, date, instant))
    .join('')
}

/** Go's Time.String. */
export function timeText(instant: Instant): string {
  return formatTime(instant, '2006-01-02 15:04:05.999999999 -0700 MST')
}

function written({ part, written }: LayoutPiece, date: CalendarDate, instant: Instant): string {
  const month = monthNames[date.month - 1] ?? ''
  const weekday = dayNames[date.weekday] ?? ''
  const hour12 = date.hour % 12 || 12
  switch (part) {
    case undefined:
      return ''
    case '06':
      return digits(Math.abs(date.year) % 100, 2)
    case '2006':
      return digits(date.year, 4)
    case 'January':
      return month
    case 'Jan':
      return month.slice(0, 3)
    case '1':
    case '01':
      return digits(date.month, part.length)
    case 'Monday':
      return weekday
    case 'Mon':
      return weekday.slice(0, 3)
    case '2':
    case '02':
      return digits(date.day, part.length)
    case '_2':
    case '__2':
      return String(part === '_2' ? date.day : date.yearDay).padStart(part.length)
    case '002':
      return digits(date.yearDay, 3)
    case '15':
      return digits(date.hour, 2)
    case '3':
    case '03':
      return digits(hour12, part.length)
    case '4':
    case '04':
      return digits(date.minute, part.length)
    case '5':
    case '05':
      return digits(date.second, part.length)
    case 'PM':
      return date.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return date.hour >= 12 ? 'pm' : 'am'
    case 'MST':
      return instant.zone || offset('-0700', instant)
    case 'fraction':
      return fraction(written, instant)
    default:
      return offset(part, instant)
  }
}

/** `-07:00` and its kin; those with `Z` write that for UTC. */
function offset(part: string, { offsetSeconds }: Instant): string {
  if (part.startsWith('Z') && offsetSeconds === 0) return 'Z'
  const minutes = Math.trunc(offsetSeconds / 60)
  const magnitude = Math.abs(minutes)
  const colon = part.includes(':') ? ':' : ''
  const count = part.slice(1).replaceAll(':', '').length / 2
  const numbers = [Math.floor(magnitude / 60), magnitude % 60, Math.abs(offsetSeconds) % 60].slice(0, count)
  return (minutes < 0 ? '-' : '+') + numbers.map(number => digits(number, 2)).join(colon)
}

/** With nines, zeros at the end are left out. */
function fraction(part: string, { nanoseconds }: Instant): string {
  const decimals = digits(nanoseconds, 9).slice(0, part.length - 1)
  if (part.charAt(1) === '0') return part.charAt(0) + decimals
  const trimmed = decimals.replace(/0+$/, '')
  return trimmed === '' ? '' : part.charAt(0) + trimmed
}

function digits(value: number, width: number): string {
  return (value < 0 ? '-' : '') + String(Math.abs(value)).padStart(width, '0')
}

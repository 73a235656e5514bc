import { RenderError } from '../../../core/errors.ts'
import { dayNames, daysInMonth, type Instant, isLeapYear, monthNames, secondsOf } from './calendar.ts'
import { parseZone, type Zone } from './parse-zone.ts'
import { type LayoutPart, type LayoutPiece, layoutPieces } from './time-layout.ts'

const utc: Zone = { offsetSeconds: 0, zone: 'UTC' }

/**
 * Go's time.ParseInLocation, the location being UTC.
 * @throws RenderError that does not show the text
 */
export function parseTime(layout: string, text: string): Instant {
  const reader = new TimeReader(text)
  const pieces = layoutPieces(layout)
  for (const [index, piece] of pieces.entries()) reader.read(piece, pieces[index + 1])
  return reader.instant()
}

class TimeReader {
  #rest: string
  readonly #read = new Map<'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second', number>()
  #half: 'AM' | 'PM' | undefined
  #nanoseconds = 0
  #offsetSeconds: number | undefined
  #zone: string | undefined

  constructor(text: string) {
    this.#rest = text
  }

  read({ text, part, written }: LayoutPiece, next: LayoutPiece | undefined): void {
    this.#skip(text)
    if (part === undefined) {
      if (this.#rest !== '') throw notTime()
      return
    }
    this.#readPart(part, written)
    // A fraction may follow the seconds also where the layout has none.
    const isSecond = part === '5' || part === '05'
    if (isSecond && next?.part !== 'fraction') this.#readFraction()
  }

  instant(): Instant {
    const date = { year: this.#read.get('year') ?? 0, ...this.#monthAndDay() }
    const clock = {
      hour: this.#hour(),
      minute: this.#read.get('minute') ?? 0,
      second: this.#read.get('second') ?? 0,
    }
    const zone = this.#zoneOf()
    return {
      seconds: secondsOf({ ...date, ...clock }) - BigInt(this.#offsetSeconds ?? 0),
      nanoseconds: this.#nanoseconds,
      ...zone,
    }
  }

  /** A text of the layout; spaces in it stand for any number of them. */
  #skip(text: string): void {
    let at = 0
    for (let index = 0; index < text.length; ) {
      if (text.charAt(index) !== ' ') {
        if (this.#rest.charAt(at) !== text.charAt(index)) throw notTime()
        at += 1
        index += 1
        continue
      }
      if (at < this.#rest.length && this.#rest.charAt(at) !== ' ') throw notTime()
      while (text.charAt(index) === ' ') index += 1
      while (this.#rest.charAt(at) === ' ') at += 1
    }
    this.#rest = this.#rest.slice(at)
  }

  #readPart(part: LayoutPart, written: string): void {
    switch (part) {
      case '2006':
        this.#read.set('year', Number(this.#take(/^[0-9]{4}/)))
        return
      case '06': {
        const year = Number(this.#take(/^(?:[0-9]{2}|[+-][0-9])/))
        this.#read.set('year', year >= 69 ? year + 1900 : year + 2000)
        return
      }
      case 'January':
      case 'Jan':
        this.#read.set('month', this.#takeName(monthNames, part === 'Jan') + 1)
        return
      case 'Monday':
      case 'Mon':
        this.#takeName(dayNames, part === 'Mon')
        return
      case '1':
      case '01':
        this.#readNumber('month', part === '01', [1, 12])
        return
      case '2':
      case '_2':
      case '02':
        if (part === '_2') this.#take(/^ ?/)
        this.#readNumber('day', part === '02', [0, 99])
        return
      case '__2':
      case '002':
        this.#read.set('yearDay', Number(this.#take(part === '002' ? /^[0-9]{3}/ : /^ {0,2}[0-9]{1,3}/)))
        return
      case '15':
        this.#readNumber('hour', false, [0, 23])
        return
      case '3':
      case '03':
        this.#readNumber('hour', part === '03', [0, 12])
        return
      case '4':
      case '04':
        this.#readNumber('minute', part === '04', [0, 59])
        return
      case '5':
      case '05':
        this.#readNumber('second', part === '05', [0, 59])
        return
      case 'PM':
      case 'pm':
        this.#half = this.#take(part === 'PM' ? /^[AP]M/ : /^[ap]m/).startsWith(part.charAt(0)) ? 'PM' : 'AM'
        return
      case 'fraction':
        if (written.charAt(1) === '9') this.#readFraction()
        else this.#readFraction(written.length - 1)
        return
      default:
        this.#readZone(part)
    }
  }

  /** @param count of digits that there must be; without it there may be any or none */
  #readFraction(count?: number): void {
    const [digits = ''] = /^[.,]/.test(this.#rest) ? (/^[0-9]*/.exec(this.#rest.slice(1)) ?? []) : []
    if (digits.length < (count ?? 0)) throw notTime()
    if (digits === '') return
    const read = digits.slice(0, count)
    this.#rest = this.#rest.slice(1 + read.length)
    this.#nanoseconds = Number(read.slice(0, 9).padEnd(9, '0'))
  }

  #readZone(part: string): void {
    const read = parseZone(part, this.#rest)
    if (read === undefined) throw notTime()
    this.#rest = this.#rest.slice(read.length)
    this.#offsetSeconds = read.offsetSeconds ?? this.#offsetSeconds
    this.#zone = read.zone ?? this.#zone
  }

  #readNumber(
    name: 'month' | 'day' | 'hour' | 'minute' | 'second',
    fixed: boolean,
    [least, most]: readonly [number, number],
  ): void {
    const value = Number(this.#take(fixed ? /^[0-9]{2}/ : /^[0-9]{1,2}/))
    if (value < least || value > most) throw notTime()
    this.#read.set(name, value)
  }

  #takeName(names: readonly string[], short: boolean): number {
    const found = names.findIndex(name => {
      const written = short ? name.slice(0, 3) : name
      return this.#rest.slice(0, written.length).toLowerCase() === written.toLowerCase()
    })
    if (found < 0) throw notTime()
    this.#rest = this.#rest.slice(short ? 3 : names[found]?.length)
    return found
  }

  #take(pattern: RegExp): string {
    const found = pattern.exec(this.#rest)?.[0]
    if (found === undefined) throw notTime()
    this.#rest = this.#rest.slice(found.length)
    return found
  }

  #hour(): number {
    const hour = this.#read.get('hour') ?? 0
    if (this.#half === 'PM' && hour < 12) return hour + 12
    return this.#half === 'AM' && hour === 12 ? 0 : hour
  }

  #monthAndDay(): { readonly month: number; readonly day: number } {
    const year = this.#read.get('year') ?? 0
    const yearDay = this.#read.get('yearDay')
    const [month, day] = [this.#read.get('month'), this.#read.get('day')]
    if (yearDay === undefined) {
      const date = { month: month ?? 1, day: day ?? 1 }
      if (date.day < 1 || date.day > daysInMonth(year, date.month)) throw notTime()
      return date
    }
    const date = dateOfYearDay(year, yearDay)
    if ((month ?? date.month) !== date.month || (day ?? date.day) !== date.day) throw notTime()
    return date
  }

  #zoneOf(): Zone {
    if (this.#offsetSeconds === undefined && this.#zone === undefined) return utc
    const zone = this.#zone ?? ''
    // That of a zone such as GMT+3 is only shown; the time was read as if it were UTC.
    const shownHours = zone.startsWith('GMT') ? Number(zone.slice(3)) : 0
    const offsetSeconds = this.#offsetSeconds ?? shownHours * 3600
    return offsetSeconds === 0 && zone === '' ? utc : { offsetSeconds, zone }
  }
}

function dateOfYearDay(year: number, yearDay: number): { readonly month: number; readonly day: number } {
  if (yearDay < 1 || yearDay > (isLeapYear(year) ? 366 : 365)) throw notTime()
  let day = yearDay
  let month = 1
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month)
    month += 1
  }
  return { month, day }
}

function notTime(): RenderError {
  return new RenderError('the text is no time of that layout')
}

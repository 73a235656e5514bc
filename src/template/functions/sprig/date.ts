import { RenderError } from '../../../core/errors.ts'
import type { Method } from '../../execute/method.ts'
import type { Budget } from '../../limits.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { Integer, Opaque, type Value } from '../../values/values.ts'
import { type CalendarDate, calendarDate, dayNames, type Instant, monthNames } from './calendar.ts'
import { decimalInt64, int64 } from './cast.ts'
import { durationText, parseDuration } from './duration.ts'
import { formatTime, timeText } from './format-time.ts'
import { NamedNumber } from './named-number.ts'
import { parseTime } from './parse-time.ts'
import { tolerant } from './tolerant.ts'

const nanosecondsPerSecond = 1_000_000_000n
/** Go's zero time: year 1. */
const zeroTime: Instant = { seconds: -62_135_596_800n, nanoseconds: 0, offsetSeconds: 0, zone: 'UTC' }

/** The part of sprig's date.go that asks no clock. The local zone is UTC. */
export const sprigDateFunctions: FunctionGroup = {
  sprig_duration: { parameters: ['any'], call: ([seconds]) => durationText(secondsToDuration(seconds)) },
  sprig_durationRound: {
    parameters: ['any'],
    call: ([duration], { budget }) => roundedDuration(durationOf(duration, budget)),
  },
  sprig_must_date_modify: modifying(),
  sprig_mustDateModify: modifying(),
  sprig_mustToDate: {
    parameters: ['string', 'string'],
    call: ([layout, text]: readonly [string, string], { budget }) => new Time(readTime(layout, text, budget)),
  },
  sprig_toDate: {
    parameters: ['string', 'string'],
    call: ([layout, text]: readonly [string, string], { budget }) =>
      new Time(tolerant({ call: () => readTime(layout, text, budget), otherwise: zeroTime }, budget)),
  },
  sprig_unixEpoch: {
    parameters: ['time.Time'],
    call: ([time]: readonly [Time]) => String(time.instant.seconds),
  },
}

/** `time.Time` with those of its methods that ask no clock. */
class Time extends Opaque {
  readonly instant: Instant

  constructor(instant: Instant) {
    super('time.Time', {
      text: timeText(instant),
      encoded: formatTime(instant, '2006-01-02T15:04:05.999999999Z07:00'),
      methods: methodsOf(instant),
    })
    this.instant = instant
  }
}

const numberMethods = [
  ['Year', 'year'],
  ['Day', 'day'],
  ['Hour', 'hour'],
  ['Minute', 'minute'],
  ['Second', 'second'],
  ['YearDay', 'yearDay'],
] as const

function methodsOf(instant: Instant): ReadonlyMap<string, Method> {
  const answers = (answer: () => Value): Method => ({ parameters: [], call: answer })
  const compares = (answer: (difference: bigint) => boolean): Method => ({
    parameters: ['time.Time'],
    call: ([other]: readonly [Time]) => answer(nanosecondsOf(instant) - nanosecondsOf(other.instant)),
  })
  return new Map<string, Method>([
    ...numberMethods.map(
      ([name, part]) => [name, answers(() => BigInt(calendarDate(instant)[part]))] as const,
    ),
    ['Month', answers(() => monthOf(calendarDate(instant)))],
    ['Weekday', answers(() => weekdayOf(calendarDate(instant)))],
    ['Nanosecond', answers(() => BigInt(instant.nanoseconds))],
    ['Unix', answers(() => new Integer('int64', instant.seconds))],
    [
      'UnixMilli',
      answers(() => int64(instant.seconds * 1_000n + BigInt(Math.floor(instant.nanoseconds / 1e6)))),
    ],
    ['UnixNano', answers(() => int64(nanosecondsOf(instant)))],
    ['String', answers(() => timeText(instant))],
    ['UTC', answers(() => new Time({ ...instant, offsetSeconds: 0, zone: 'UTC' }))],
    ['IsZero', answers(() => instant.seconds === zeroTime.seconds && instant.nanoseconds === 0)],
    ['After', compares(difference => difference > 0n)],
    ['Before', compares(difference => difference < 0n)],
    ['Equal', compares(difference => difference === 0n)],
    [
      'Format',
      { parameters: ['string'], call: ([layout]: readonly [string]) => formatTime(instant, layout) },
    ],
  ])
}

function monthOf({ month }: CalendarDate): NamedNumber {
  return new NamedNumber('time.Month', BigInt(month), monthNames[month - 1] ?? '')
}

function weekdayOf({ weekday }: CalendarDate): NamedNumber {
  return new NamedNumber('time.Weekday', BigInt(weekday), dayNames[weekday] ?? '')
}

function readTime(layout: string, text: string, budget: Budget): Instant {
  budget.takeCharacters(layout.length + text.length)
  return parseTime(layout, text)
}

function modifying(): TemplateFunction {
  return {
    parameters: ['string', 'time.Time'],
    call: ([duration, time]: readonly [string, Time]) => {
      const sum = nanosecondsOf(time.instant) + parseDuration(duration)
      const nanoseconds = ((sum % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond
      const seconds = (sum - nanoseconds) / nanosecondsPerSecond
      return new Time({ ...time.instant, seconds, nanoseconds: Number(nanoseconds) })
    },
  }
}

function nanosecondsOf({ seconds, nanoseconds }: Instant): bigint {
  return seconds * nanosecondsPerSecond + BigInt(nanoseconds)
}

/** Only the text of a number and an int64 count; an `int`, such as a number in a template, does not. */
function secondsToDuration(seconds: Value): bigint {
  const count = typeof seconds === 'string' ? decimalInt64(seconds) : int64Of(seconds)
  return BigInt.asIntN(64, count * nanosecondsPerSecond)
}

function durationOf(duration: Value, budget: Budget): bigint {
  if (duration instanceof Time)
    throw new RenderError('the time since then would be another one at each rendering')
  if (typeof duration !== 'string') return int64Of(duration)
  return tolerant({ call: () => parseDuration(duration), otherwise: 0n }, budget)
}

function int64Of(value: Value): bigint {
  return value instanceof Integer && value.type === 'int64' ? value.value : 0n
}

/** Its largest unit alone, cut off; years have 365 days and months 30. */
function roundedDuration(duration: bigint): string {
  const magnitude = duration < 0n ? -duration : duration
  const units: readonly (readonly [string, bigint])[] = [
    ['y', 31_536_000n],
    ['mo', 2_592_000n],
    ['d', 86_400n],
    ['h', 3_600n],
    ['m', 60n],
    ['s', 1n],
  ]
  const found = units.find(([, seconds]) => magnitude > seconds * nanosecondsPerSecond)
  return found === undefined ? '0s' : `${magnitude / (found[1] * nanosecondsPerSecond)}${found[0]}`
}

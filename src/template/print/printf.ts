import type { Budget } from '../limits.ts'
import { escapedByte, joined } from '../text/go-string.ts'
import { integerOf, typeName, type Value } from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'
import { type FormatFlags, noFlags } from './format-flags.ts'
import { formatArgument } from './format-value.ts'

/** Widths and argument numbers beyond this are none, as in Go. */
const maxNumber = 1_000_000

/** A number in decimal notation, all its digits written, takes about so many bytes. */
const decimalBytes = 330

/**
 * Go's fmt.Sprintf. A mistake in the format or its arguments is printed in its place.
 * @throws LimitError
 */
export function sprintf(
  format: string,
  args: readonly Value[],
  budget: Budget,
  /** Writes one argument. */
  formatOne = formatArgument,
): string {
  let text = ''
  let at = 0
  const cursor = new ArgumentCursor(args, bounded(formatOne, budget))
  const lastBracket = format.lastIndexOf(']')
  while (at < format.length) {
    const percent = format.indexOf('%', at)
    if (percent < 0) {
      text += format.slice(at)
      break
    }
    text += format.slice(at, percent)
    const directive = new Directive({ format, lastBracket }, percent + 1, cursor)
    text += directive.print()
    at = directive.end
    budget.checkBytes(text.length)
  }
  return joined(budget.join([text, cursor.extra(budget)], ''))
}

/** Each directive writes its argument anew, every scalar of it as wide as the directive says. */
function bounded(formatOne: typeof formatArgument, budget: Budget): typeof formatArgument {
  return (value, verb, flags) => {
    budget.takeCall([value])
    checkWritable([value], budget, { scalarBytes: scalarBytesOf(verb, flags) })
    return formatOne(value, verb, flags)
  }
}

function scalarBytesOf(verb: string, { width = 0, precision = 0 }: FormatFlags): number {
  const digits = 'fFb'.includes(verb) ? decimalBytes : 0
  // Of a text a precision leaves less, of a number it makes more.
  return Math.max(8, width, digits + ('sq'.includes(verb) ? 0 : precision))
}

/** Which argument comes next. */
class ArgumentCursor {
  readonly args: readonly Value[]
  readonly formatOne: typeof formatArgument
  next = 0
  /** Whether the format named arguments by number, after which left-over ones are no mistake. */
  reordered = false

  constructor(args: readonly Value[], formatOne: typeof formatArgument) {
    this.args = args
    this.formatOne = formatOne
  }

  /** The next argument as a width or precision; undefined where it is no integer that will do. */
  takeInteger(): number | undefined {
    if (this.next >= this.args.length) return undefined
    const value = integerOf(this.args[this.next])
    this.next += 1
    if (value === undefined) return undefined
    const number = Number(value)
    return Math.abs(number) > maxNumber ? undefined : number
  }

  extra(budget: Budget): string {
    if (this.reordered || this.next >= this.args.length) return ''
    checkWritable(this.args.slice(this.next), budget)
    const described = this.args.slice(this.next).map(value => {
      const isNil = value === undefined || value === null
      return (isNil ? '' : `${typeName(value)}=`) + formatArgument(value, 'v', noFlags())
    })
    return `%!(EXTRA ${described.join(', ')})`
  }
}

/** One `%...verb`: reads it from left to right, taking the arguments that it asks for. */
class Directive {
  end: number
  readonly #format: string
  readonly #lastBracket: number
  readonly #cursor: ArgumentCursor
  readonly #flags = noFlags()
  #problems = ''
  #goodNumber = true

  constructor(
    { format, lastBracket }: { readonly format: string; readonly lastBracket: number },
    start: number,
    cursor: ArgumentCursor,
  ) {
    this.#format = format
    this.#lastBracket = lastBracket
    this.end = start
    this.#cursor = cursor
  }

  print(): string {
    this.#readFlags()
    let numbered = this.#readArgumentNumber()
    numbered = this.#readWidth(numbered)
    numbered = this.#readPrecision(numbered)
    if (!numbered) this.#readArgumentNumber()
    const code = this.#format.codePointAt(this.end)
    if (code === undefined) return `${this.#problems}%!(NOVERB)`
    const verb = escapedByte(code) === undefined ? String.fromCodePoint(code) : '\ufffd'
    this.end += code > 0xffff ? 2 : 1
    return this.#problems + this.#printVerb(verb)
  }

  #printVerb(verb: string): string {
    if (verb === '%') return '%'
    if (!this.#goodNumber) return `%!${verb}(BADINDEX)`
    if (this.#cursor.next >= this.#cursor.args.length) return `%!${verb}(MISSING)`
    const flags = this.#flags
    if (verb === 'v' || verb === 'w') {
      flags.sharpV = flags.sharp
      flags.plusV = flags.plus
      flags.sharp = false
      flags.plus = false
    }
    const value = this.#cursor.args[this.#cursor.next]
    this.#cursor.next += 1
    return this.#cursor.formatOne(value, verb, flags)
  }

  #readFlags(): void {
    for (; ; this.end += 1) {
      switch (this.#format[this.end]) {
        case '#':
          this.#flags.sharp = true
          break
        case '0':
          this.#flags.zero = true
          break
        case '+':
          this.#flags.plus = true
          break
        case '-':
          this.#flags.minus = true
          break
        case ' ':
          this.#flags.space = true
          break
        default:
          return
      }
    }
  }

  #readWidth(numbered: boolean): boolean {
    if (this.#format[this.end] === '*') {
      this.end += 1
      const width = this.#cursor.takeInteger()
      if (width === undefined) this.#problems += '%!(BADWIDTH)'
      if (width !== undefined && width < 0) {
        this.#flags.minus = true
        this.#flags.zero = false
      }
      this.#flags.width = width === undefined ? undefined : Math.abs(width)
      return false
    }
    this.#flags.width = this.#readNumber()
    if (numbered && this.#flags.width !== undefined) this.#goodNumber = false
    return numbered
  }

  #readPrecision(numbered: boolean): boolean {
    if (this.#format[this.end] !== '.' || this.end + 1 >= this.#format.length) return numbered
    this.end += 1
    if (numbered) this.#goodNumber = false
    const numberedAgain = this.#readArgumentNumber()
    if (this.#format[this.end] !== '*') {
      this.#flags.precision = this.#readNumber() ?? 0
      return numberedAgain
    }
    this.end += 1
    const precision = this.#cursor.takeInteger()
    this.#flags.precision = precision !== undefined && precision >= 0 ? precision : undefined
    if (this.#flags.precision === undefined) this.#problems += '%!(BADPREC)'
    return false
  }

  /** Digits up to the limit; one that is too large swallows the rest of the format, as in Go. */
  #readNumber(): number | undefined {
    const start = this.end
    let value = 0
    for (; this.end < this.#format.length; this.end += 1) {
      const digit = this.#format.charCodeAt(this.end) - 48
      if (digit < 0 || digit > 9) break
      if (value > maxNumber) {
        this.end = this.#format.length
        return undefined
      }
      value = value * 10 + digit
    }
    return this.end === start ? undefined : value
  }

  /** `[n]`: the argument to take next, from 1. */
  #readArgumentNumber(): boolean {
    if (this.#format[this.end] !== '[') return false
    this.#cursor.reordered = true
    // Known before, so that what follows is not searched for each.
    const closing = this.end > this.#lastBracket ? -1 : this.#format.indexOf(']', this.end)
    if (closing < 0) {
      this.end += 1
      this.#goodNumber = false
      return false
    }
    const digits = this.#format.slice(this.end + 1, closing)
    const isNumber = /^\d{1,7}$/.test(digits)
    const index = Number(digits) - 1
    this.end = closing + 1
    if (isNumber && index >= 0 && index < this.#cursor.args.length) {
      this.#cursor.next = index
      return true
    }
    this.#goodNumber = false
    return isNumber
  }
}

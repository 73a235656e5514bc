import { RenderError } from '../../core/errors.ts'
import { parseFloatLiteral } from '../parse/literal.ts'
import type { FunctionGroup } from '../template-function.ts'
import { Integer } from '../values/values.ts'

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['', '0', 'f', 'F', 'false', 'False', 'FALSE'].map(text => [text, false] as const),
  ...['1', 't', 'T', 'true', 'True', 'TRUE'].map(text => [text, true] as const),
])
const infinity = /^([+-]?)inf(?:inity)?$/i
const mostDigits = 20

/** consul-template's parsers of one value. Nothing is trimmed, and the empty text is the zero value. */
export const parseScalarFunctions: FunctionGroup = {
  /** `{{ if parseBool "true" }}yes{{ end }}` is `yes`; `1`, `t` and the like are true as well. */
  parseBool: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => booleans.get(text) ?? fail('boolean'),
  },
  /** `{{ parseFloat "1e3" }}` is `1000`. */
  parseFloat: { parameters: ['string'], call: ([text]: readonly [string]) => parseFloat64(text) },
  /** `{{ parseInt "42" | add 1 }}` is `43`. */
  parseInt: { parameters: ['string'], call: ([text]: readonly [string]) => parseInt64(text) },
  /** `{{ parseUint "42" }}` is `42`. */
  parseUint: { parameters: ['string'], call: ([text]: readonly [string]) => parseUint64(text) },
}

/**
 * A decimal number as an int64.
 * @throws RenderError
 */
export function parseInt64(text: string): Integer {
  if (text === '') return new Integer('int64', 0n)
  const value = /^[+-]?\d+$/.test(text) ? decimal(text) : undefined
  if (value === undefined || BigInt.asIntN(64, value) !== value) return fail('integer of 64 bits')
  return new Integer('int64', value)
}

function parseUint64(text: string): Integer {
  if (text === '') return new Integer('uint64', 0n)
  const value = /^\d+$/.test(text) ? decimal(text) : undefined
  if (value === undefined || BigInt.asUintN(64, value) !== value)
    return fail('integer of 64 bits without sign')
  return new Integer('uint64', value)
}

function parseFloat64(text: string): number {
  if (text === '') return 0
  if (/^nan$/i.test(text)) return Number.NaN
  const sign = infinity.exec(text)?.[1]
  if (sign !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return parseFloatLiteral(text) ?? fail('number')
}

/** Undefined for more digits than 64 bits can have. */
function decimal(text: string): bigint | undefined {
  const [, sign, digits = ''] = /^([+-]?)0*(\d*)$/.exec(text) ?? []
  if (digits.length > mostDigits) return undefined
  const magnitude = BigInt(digits)
  return sign === '-' ? -magnitude : magnitude
}

function fail(what: string): never {
  throw new RenderError(`the text is no ${what}`)
}

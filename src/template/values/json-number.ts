import type { JsonNumber } from '../../core/json.ts'
import { parseFloatLiteral } from '../parse/literal.ts'

/**
 * What encoders other than JSON's make of a number of the data: an int where it is a whole number of 64 bits, else a float64;
 * undefined for what is neither, as a part of a number may be.
 */
export function asNumber({ text }: JsonNumber): bigint | number | undefined {
  if (/^[+-]?\d+$/.test(text)) {
    const integer = BigInt(text.replace('+', ''))
    if (BigInt.asIntN(64, integer) === integer) return integer
  }
  return parseFloatLiteral(text)
}

/** Go's math.Pow(10, n), whose rounding is its own. */
export function powerOfTen(exponent: number): number {
  let result = 1
  let binary = 0
  // 10 = 0.625 * 2^4
  let factor = 0.625
  let shift = 4
  for (let rest = Math.abs(exponent); rest !== 0; rest = Math.floor(rest / 2)) {
    if (Math.abs(shift) > 4096) {
      binary += shift
      break
    }
    if (rest % 2 === 1) {
      result *= factor
      binary += shift
    }
    factor *= factor
    shift *= 2
    if (factor < 0.5) {
      factor += factor
      shift -= 1
    }
  }
  return exponent < 0 ? scale(1 / result, -binary) : scale(result, binary)
}

/** In two steps, for the power of two alone may be too large. */
function scale(value: number, binary: number): number {
  const half = Math.max(-1022, Math.min(1023, Math.trunc(binary / 2)))
  return value * 2 ** half * 2 ** (binary - half)
}

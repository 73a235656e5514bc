import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import { Channel } from '../values/channel.ts'
import { Integer, textOf, typeName, type Value } from '../values/values.ts'
import { parseInt64 } from './parse-scalar.ts'

/** consul-template's `loop`: numbers up to, but not including, the last argument. */
export const loopFunctions: FunctionGroup = {
  /** `{{ range loop 3 }}{{ . }}{{ end }}` is `012`, `{{ range loop 2 4 }}{{ . }}{{ end }}` is `23`. */
  loop: {
    parameters: [],
    variadic: 'any',
    call: args => {
      if (args.length < 1 || args.length > 2) {
        throw new RenderError(`it takes 1 or 2 arguments, not ${args.length}`)
      }
      const [first = 0n, end = 0n] = args.map(int64Of)
      return new Channel('int64', args.length === 1 ? numbers(0n, first) : numbers(first, end))
    },
  },
}

function* numbers(start: bigint, end: bigint): Iterable<Value> {
  for (let number = start; number < end; number += 1n) yield new Integer('int64', number)
}

function int64Of(value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof Integer) return BigInt.asIntN(64, value.value)
  const text = textOf(value)
  if (text === undefined)
    throw new RenderError(`${typeName(value)} is neither an integer nor the text of one`)
  return parseInt64(text).value
}

import { RenderError } from '../../core/errors.ts'
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../core/json.ts'
import type { Budget } from '../limits.ts'
import type { FunctionGroup } from '../template-function.ts'
import type { Value } from '../values/values.ts'

/** consul-template's `parseJSON`. */
export const parseJsonFunctions: FunctionGroup = {
  /** `{{ (parseJSON "{\"a\": [1, 2]}").a }}` is `[1 2]`; numbers become floats. */
  parseJSON: {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) =>
      text === '' ? new Map<string, Value>() : valueOfJson(text, budget),
  },
}

/**
 * As Go reads JSON into an interface: numbers become floats.
 * @throws RenderError
 */
export function valueOfJson(text: string, budget: Budget): Value {
  return fromJson(parsed(text, budget))
}

function parsed(text: string, budget: Budget): Json {
  try {
    return parseJson(text, depth => {
      budget.takeElements(1)
      budget.checkDepth(depth)
    }).root
  } catch (error) {
    // Its message holds an offset and nothing of the text.
    if (error instanceof SyntaxError) throw new RenderError(`the text is ${error.message}`)
    throw error
  }
}

function fromJson(json: Json): Value {
  if (json instanceof JsonNumber) return floatOf(json)
  if (isJsonObject(json)) return new Map([...json].map(([key, value]) => [key, fromJson(value)]))
  return Array.isArray(json) ? json.map(fromJson) : json
}

function floatOf({ text }: JsonNumber): number {
  const float = Number(text)
  if (!Number.isFinite(float)) throw new RenderError('the text has a number that is too large')
  return float
}

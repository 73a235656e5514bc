import { RenderError } from '../../../core/errors.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { type JsonStyle, toJson } from '../../text/json-text.ts'
import { isTrue, type Value } from '../../values/values.ts'
import { valueOfJson } from '../parse-json.ts'
import { deepCopy } from './deep-copy.ts'
import { tolerant } from './tolerant.ts'

/** sprig's defaults.go. Empty is what is false, zero, nil or without elements. */
export const sprigDefaultFunctions: FunctionGroup = {
  sprig_all: { parameters: [], variadic: 'any', call: args => args.every(value => !isEmpty(value)) },
  sprig_any: { parameters: [], variadic: 'any', call: args => !args.every(isEmpty) },
  sprig_coalesce: {
    parameters: [],
    variadic: 'any',
    call: args => args.find(value => !isEmpty(value)) ?? null,
  },
  sprig_deepCopy: copies(),
  sprig_default: {
    parameters: ['any'],
    variadic: 'any',
    call: ([fallback, given]) => (isEmpty(given) ? fallback : given),
  },
  sprig_empty: { parameters: ['any'], call: ([value]) => isEmpty(value) },
  sprig_fromJson: {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) =>
      tolerant({ call: () => valueOfJson(text, budget), otherwise: null }, budget),
  },
  sprig_mustDeepCopy: copies(),
  sprig_mustFromJson: {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) => valueOfJson(text, budget),
  },
  sprig_mustToJson: encoder({ escapesHtml: true, pretty: false }),
  sprig_mustToPrettyJson: encoder({ escapesHtml: true, pretty: true }),
  sprig_mustToRawJson: encoder({ escapesHtml: false, pretty: false }),
  sprig_ternary: {
    parameters: ['any', 'any', 'bool'],
    call: ([yes, no, condition]: readonly [Value, Value, boolean]) => (condition ? yes : no),
  },
  sprig_toJson: tolerantEncoder({ escapesHtml: true, pretty: false }),
  sprig_toPrettyJson: tolerantEncoder({ escapesHtml: true, pretty: true }),
  sprig_toRawJson: encoder({ escapesHtml: false, pretty: false }),
}

export function isEmpty(value: Value): boolean {
  return !isTrue(value)
}

function copies(): TemplateFunction {
  return {
    parameters: ['any'],
    call: ([value], { budget }) => {
      if (value === null) throw new RenderError('nil cannot be copied')
      return deepCopy(value, budget)
    },
  }
}

function encoder(style: JsonStyle): TemplateFunction {
  return { parameters: ['any'], call: ([value], { budget }) => toJson(value, style, budget) }
}

/** What JSON cannot say gives an empty text. */
function tolerantEncoder(style: JsonStyle): TemplateFunction {
  return {
    parameters: ['any'],
    call: ([value], { budget }) =>
      tolerant({ call: () => toJson(value, style, budget), otherwise: '' }, budget),
  }
}

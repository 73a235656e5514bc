import { regularExpressionOf } from '../regex/regular-expression-of.ts'
import type { FunctionGroup } from '../template-function.ts'

/** consul-template's regular expressions: RE2's, linear in the text. */
export const regexFunctions: FunctionGroup = {
  /** `{{ "v1.2" | regexMatch "^v[0-9]" }}` is `true`. */
  regexMatch: {
    parameters: ['string', 'string'],
    call: ([pattern, text]: readonly [string, string], pass) =>
      regularExpressionOf(pattern, pass).matches(text, pass.budget),
  },
  /** `{{ "v1.2" | regexReplaceAll "v(\\d+)" "${1}v" }}` is `1v.2`. */
  regexReplaceAll: {
    parameters: ['string', 'string', 'string'],
    call: ([pattern, replacement, text]: readonly [string, string, string], pass) =>
      regularExpressionOf(pattern, pass).replaceAll(text, replacement, pass.budget),
  },
}

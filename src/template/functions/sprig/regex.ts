import type { Pass } from '../../execute/pass.ts'
import { InvalidPattern, type RegularExpression } from '../../regex/regular-expression.ts'
import { regularExpressionOf } from '../../regex/regular-expression-of.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { List } from '../../values/values.ts'
import { stepsPerError } from './tolerant.ts'

/** sprig's regex.go. Where a pattern is not valid all fail, but for `regexMatch`, which says false. */
export const sprigRegexFunctions: FunctionGroup = {
  sprig_regexMatch: {
    parameters: ['string', 'string'],
    call: ([pattern, text]: readonly [string, string], pass) => {
      const expression = validOf(pattern, pass)
      return expression?.matches(text, pass.budget) ?? false
    },
  },
  sprig_mustRegexMatch: {
    parameters: ['string', 'string'],
    call: ([pattern, text]: readonly [string, string], pass) =>
      regularExpressionOf(pattern, pass).matches(text, pass.budget),
  },
  ...bothWays('Find', {
    parameters: ['string', 'string'],
    call: ([pattern, text]: readonly [string, string], pass) =>
      regularExpressionOf(pattern, pass).find(text, pass.budget),
  }),
  ...bothWays('FindAll', {
    parameters: ['string', 'string', 'int'],
    call: ([pattern, text, limit]: readonly [string, string, bigint], pass) => {
      const found = regularExpressionOf(pattern, pass).findAll(text, limit, pass.budget)
      return new List('[]string', found.length === 0 ? undefined : found)
    },
  }),
  ...bothWays('ReplaceAll', {
    parameters: ['string', 'string', 'string'],
    call: ([pattern, text, replacement]: readonly [string, string, string], pass) =>
      regularExpressionOf(pattern, pass).replaceAll(text, replacement, pass.budget),
  }),
  ...bothWays('ReplaceAllLiteral', {
    parameters: ['string', 'string', 'string'],
    call: ([pattern, text, replacement]: readonly [string, string, string], pass) =>
      regularExpressionOf(pattern, pass).replaceAllLiteral(text, replacement, pass.budget),
  }),
  ...bothWays('Split', {
    parameters: ['string', 'string', 'int'],
    call: ([pattern, text, limit]: readonly [string, string, bigint], pass) =>
      new List('[]string', regularExpressionOf(pattern, pass).split(text, limit, pass.budget)),
  }),
  sprig_regexQuoteMeta: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
  },
}

function bothWays(name: string, called: TemplateFunction): FunctionGroup {
  return { [`sprig_regex${name}`]: called, [`sprig_mustRegex${name}`]: called }
}

function validOf(pattern: string, pass: Pass): RegularExpression | undefined {
  try {
    return regularExpressionOf(pattern, pass)
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error
    pass.budget.takeSteps(stepsPerError)
    return undefined
  }
}

import { toLower, toUpper } from '../letter-case.ts'
import type { FunctionGroup } from '../template-function.ts'
import { toTitle } from '../title-case.ts'

/** consul-template's functions of letter case. */
export const caseFunctions: FunctionGroup = {
  /** `{{ toLower "ABC" }}` is `abc`. */
  toLower: { parameters: ['string'], call: ([text]: readonly [string]) => toLower(text) },
  /** `{{ toTitle "it's on" }}` is `It's On`. */
  toTitle: { parameters: ['string'], call: ([text]: readonly [string]) => toTitle(text) },
  /** `{{ toUpper "abc" }}` is `ABC`. */
  toUpper: { parameters: ['string'], call: ([text]: readonly [string]) => toUpper(text) },
}

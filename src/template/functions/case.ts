import type { FunctionGroup, TemplateFunction } from '../template-function.ts'
import { toLower, toUpper } from '../text/letter-case.ts'
import { toTitle } from '../text/title-case.ts'

/** consul-template's functions of letter case. */
export const caseFunctions: FunctionGroup = {
  /** `{{ toLower "ABC" }}` is `abc`. */
  toLower: onText(toLower),
  /** `{{ toTitle "it's on" }}` is `It's On`. */
  toTitle: onText(toTitle),
  /** `{{ toUpper "abc" }}` is `ABC`. */
  toUpper: onText(toUpper),
}

function onText(change: (text: string) => string): TemplateFunction {
  return {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) => {
      budget.takeCharacters(text.length)
      return change(text)
    },
  }
}

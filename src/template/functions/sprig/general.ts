import { RenderError } from '../../../core/errors.ts'
import type { FunctionGroup } from '../../template-function.ts'

/** What stands in sprig's functions.go alone. */
export const sprigGeneralFunctions: FunctionGroup = {
  sprig_fail: {
    parameters: ['string'],
    // Its message may be made of secrets; where it is not, the line that is shown with the error has it.
    call: () => {
      throw new RenderError('the template says that it cannot be rendered')
    },
  },
  sprig_hello: { parameters: [], call: () => 'Hello!' },
}

import { RenderError } from '../../core/errors.ts'
import { selectField } from '../../core/secret.ts'
import { fileReference, isWithin, normalPath } from '../outside.ts'
import type { FunctionGroup } from '../template-function.ts'
import { stringFromBytes } from '../text/go-string.ts'

/**
 * consul-template's `file`: the content of a file, which is watched like a secret. Whether the file itself lies where it may
 * be read is checked where it is opened.
 */
export const fileFunctions: FunctionGroup = {
  file: {
    parameters: ['string'],
    call([text]: readonly [string], pass) {
      if (text === '') return ''
      const { readBelow } = pass.outside
      const path = normalPath(text.trim())
      if (!isWithin(path, readBelow)) {
        throw new RenderError(`a template may read below ${readBelow.join(', ')} only`, {
          hint: 'name its directory in the configuration: templates: { read_below: [...] }',
        })
      }
      const secret = pass.read(fileReference(path))
      if (!secret) return ''
      const { content } = selectField(secret, undefined)
      return typeof content === 'string' ? content : stringFromBytes(content)
    },
  },
}

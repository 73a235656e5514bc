import type { FunctionGroup, TemplateFunction } from '../template-function.ts'
import { type JsonStyle, toJson } from '../text/json-text.ts'

/** consul-template's JSON, keys sorted, on one line or indented by two spaces, with `<`, `>` and `&` escaped or not. */
export const jsonFunctions: FunctionGroup = {
  /** `{{ toJSON .tls }}` is an object on one line. */
  toJSON: encoder({ escapesHtml: true, pretty: false }),
  /** `{{ toJSONPretty .tls }}` is an object on several lines. */
  toJSONPretty: encoder({ escapesHtml: true, pretty: true }),
  /** `{{ toUnescapedJSON "<a>" }}` is `"<a>"`. */
  toUnescapedJSON: encoder({ escapesHtml: false, pretty: false }),
  /** `{{ toUnescapedJSONPretty "<a>" }}` is `"<a>"`. */
  toUnescapedJSONPretty: encoder({ escapesHtml: false, pretty: true }),
}

function encoder(style: JsonStyle): TemplateFunction {
  return {
    parameters: ['any'],
    call: ([value], { budget }) => toJson(value, style, budget),
  }
}

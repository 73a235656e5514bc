/** What libyaml looks at before it chooses how to write a scalar. */
export interface ScalarAnalysis {
  readonly multiline: boolean
  readonly plainAllowed: boolean
  readonly singleQuotedAllowed: boolean
  readonly blockAllowed: boolean
}

const breaks = '\n\r\u0085\u2028\u2029'

export function isBreak(character: string | undefined): boolean {
  return character !== undefined && character !== '' && breaks.includes(character)
}

/** Of the first planes' printable characters, those that YAML 1.1 lets stand; a tab or an emoji is not among them. */
export function isPrintableInYaml(character: string): boolean {
  return /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/u.test(character)
}

export function analyzeScalar(text: string): ScalarAnalysis {
  if (text === '') {
    return { multiline: false, plainAllowed: true, singleQuotedAllowed: true, blockAllowed: false }
  }
  const multiline = /[\n\r\u0085\u2028\u2029]/.test(text)
  const hasSpecial = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u.test(text)
  const breakThenSpace = /[\n\r\u0085\u2028\u2029] /.test(text)
  const spaceThenBreak = / [\n\r\u0085\u2028\u2029]/.test(text)
  const edges = /^[ \n\r\u0085\u2028\u2029]|[ \n\r\u0085\u2028\u2029]$/.test(text)
  const isPlain = !hasIndicator(text) && !edges && !multiline
  return {
    multiline,
    plainAllowed: isPlain && !hasSpecial,
    singleQuotedAllowed: !breakThenSpace && !spaceThenBreak && !hasSpecial,
    blockAllowed: !text.endsWith(' ') && !spaceThenBreak && !hasSpecial,
  }
}

/** What would mean something else where it stands unquoted outside of brackets. */
function hasIndicator(text: string): boolean {
  if (/^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))/.test(text)) return true
  return /:(?:[ \t]|$)|[\0 \t\n\r\u0085\u2028\u2029]#/.test(text)
}

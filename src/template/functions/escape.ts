import type { Pass } from '../execute/pass.ts'
import { printed, sprint } from '../print/print.ts'
import { isPrintable } from '../print/quote.ts'
import type { FunctionGroup } from '../template-function.ts'
import { bytesOfString } from '../text/go-string.ts'
import { StructPointer, type Value } from '../values/values.ts'
import { checkWritable } from '../values/written-size.ts'

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

/** Go's `html`, `js` and `urlquery`. */
export const escapeFunctions: FunctionGroup = {
  html: {
    parameters: [],
    variadic: 'any',
    call: (args, pass) =>
      textOfAll(args, pass).replace(/[\0"'&<>]/g, character => htmlEscapes[character] ?? ''),
  },
  js: { parameters: [], variadic: 'any', call: (args, pass) => escapeJs(textOfAll(args, pass)) },
  urlquery: { parameters: [], variadic: 'any', call: (args, pass) => escapeQuery(textOfAll(args, pass)) },
}

/** All arguments as actions print them. */
function textOfAll(args: readonly Value[], { budget }: Pass): string {
  checkWritable(args, budget)
  return sprint(
    args.map(value => (value === null || value instanceof StructPointer ? printed(value) : value)),
  )
}

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\0-\x1f]|[^\0-\x7f]/gu, character => {
    if (character === '\\' || character === "'" || character === '"') return `\\${character}`
    const isByte = !character.isWellFormed()
    if (isByte || (character > '\x7f' && isPrintable(character))) return character
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  })
}

function escapeQuery(text: string): string {
  const bytes = Buffer.from(bytesOfString(text)).toString('latin1')
  return bytes.replace(/[^\w.~-]/g, byte => {
    return byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

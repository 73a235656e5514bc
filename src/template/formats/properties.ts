import { type Fields, textFields } from './fields.ts'

/** Java's .properties as java.util.Properties.load reads it, also from Latin-1: all but ASCII is escaped. */
export function formatProperties(fields: Fields): string {
  return textFields(fields)
    .map(
      ([name, text]) =>
        `${escapeText(name).replace(/[ :=#!]/g, '\\$&')}=${escapeText(text).replace(/^ /, '\\ ')}\n`,
    )
    .join('')
}

const namedEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
}

function escapeText(text: string): string {
  return text.replace(/[\\\0-\x1f\x7f-\uffff]/g, unit => {
    return namedEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

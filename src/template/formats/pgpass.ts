import { RenderError } from '../../core/errors.ts'
import { type Fields, textFields } from './fields.ts'

const columns = ['host', 'port', 'database', 'username', 'password'] as const

/** One line of PostgreSQL's password file. What is absent matches everything, but a password must be there. */
export function formatPgpass(fields: Fields): string {
  const present = new Map(
    columns.flatMap(column => {
      const field = fields.get(column)
      return field === undefined ? [] : [[column, field] as const]
    }),
  )
  if (!present.has('password')) {
    throw new RenderError('a pgpass line needs the field "password"', {
      hint: `it is made of the fields ${columns.join(', ')}`,
    })
  }
  const texts = new Map(textFields(present))
  return `${columns.map(column => escapeColumn(column, texts.get(column))).join(':')}\n`
}

function escapeColumn(column: string, text: string | undefined): string {
  if (text === undefined) return '*'
  if (/[\0\r\n]/.test(text))
    throw new RenderError(`field "${column}" has more than one line, which pgpass cannot express`)
  return text.replace(/[\\:]/g, '\\$&')
}

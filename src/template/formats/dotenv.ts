import { RenderError } from '../../core/errors.ts'
import { type Fields, textFields } from './fields.ts'

/** What a shell or Node sets itself, or will not let go. */
const reservedNames: ReadonlySet<string> = new Set([
  ...['_', '__proto__', 'BASHOPTS', 'BASHPID', 'BASH_VERSINFO', 'EUID', 'LINENO', 'OPTIND', 'PPID', 'RANDOM'],
  ...['SECONDS', 'SHELLOPTS', 'SRANDOM', 'UID'],
])

/**
 * Lines of NAME='text' that `sh` and the npm package dotenv read back equal.
 * @throws RenderError naming the field for which there is no such line
 */
export function formatDotenv(fields: Fields): string {
  return textFields(fields)
    .map(([name, text]) => `${checkedName(name)}=${quotedText(name, text)}\n`)
    .join('')
}

function checkedName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name) && !reservedNames.has(name)) return name
  throw new RenderError(`field "${name}" cannot be the name of a variable`, {
    hint: 'rename the field, or write a template that names the variable',
  })
}

function quotedText(name: string, text: string): string {
  // dotenv turns \r into \n, and takes \' at the end for a quote that goes on.
  const isPossible = !/[\0\r]/.test(text) && !text.endsWith('\\')
  if (isPossible && !text.includes("'")) return `'${text}'`
  // Between double quotes sh looks at these, and dotenv cannot undo what hides them from it.
  if (isPossible && !/["$`\\]/.test(text)) return `"${text}"`
  throw new RenderError(`field "${name}" cannot be written so that sh and dotenv read it alike`, {
    hint: 'use the format json, or give it a file of its own with "value"',
  })
}

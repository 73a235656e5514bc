import * as z from 'zod/mini'
import { parseDuration, parseSize } from '../../core/duration.ts'
import { ConfigurationError } from '../../core/errors.ts'
import { quote } from '../quote.ts'

/** What the JSON Schema and the documentation say of a key, beside what zod knows itself. */
export interface KeyDescription {
  readonly description?: string
  /** The name of the type in the documentation's table. */
  readonly title?: string
  readonly pattern?: string
  readonly type?: string[]
}

export const keyDescriptions = z.registry<KeyDescription>()

export function described<Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema {
  keyDescriptions.add(schema, { ...keyDescriptions.get(schema), description })
  return schema
}

/** The text of an issue: what is wrong and, on a second line, the hint. */
export function issueText(message: string, hint: string): string {
  return `${message}\n${hint}`
}

/** Milliseconds, from a text with units. */
export function duration(minMs = 1) {
  const text = z.string({ error: issue => withoutUnit(issue.input, '30s or 5m') })
  keyDescriptions.add(text, { title: 'duration', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$' })
  return z.pipe(
    text,
    parsed(value => {
      const ms = parseDuration(value)
      if (ms >= minMs) return ms
      throw new ConfigurationError(`${quote(value)} is too short`, { hint: 'write a duration above zero' })
    }),
  )
}

/** Bytes, from a text with a unit. */
export function size() {
  const text = z.string({ error: issue => withoutUnit(issue.input, '512KiB or 1MiB') })
  keyDescriptions.add(text, { title: 'size', pattern: '^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|KB|MB)$' })
  return z.pipe(
    text,
    parsed(value => {
      const bytes = parseSize(value)
      if (bytes > 0) return bytes
      throw new ConfigurationError(`${quote(value)} is too small`, { hint: 'write a size above zero' })
    }),
  )
}

/** Permission bits, octal as written: a reader of documents gives an unquoted 0400 as the text "0400". */
export function mode() {
  const text = z.string()
  const pattern = '^(0|0o)?[0-7]{3}$'
  keyDescriptions.add(text, { title: 'mode', pattern, type: ['string', 'integer'] })
  return z.pipe(
    text,
    parsed(value => {
      if (new RegExp(pattern).test(value)) return Number.parseInt(value.slice(-3), 8)
      throw new ConfigurationError(`${quote(value)} is not a mode`, {
        hint: 'write octal permission bits, such as 0400 or 0440',
      })
    }),
  )
}

/** A uid or gid. */
export function numericId() {
  const hint = 'owner and group are numbers, because names differ between containers'
  const error = (issue: { readonly code: string; readonly input?: unknown }) =>
    issue.code === 'invalid_type' ? issueText(`${quote(issue.input)} is not a number`, hint) : undefined
  return z.int({ error }).check(z.gte(0), z.lte(4_294_967_294))
}

export function text() {
  return z.string().check(z.minLength(1))
}

/** A path, relative to the configuration's file if it is not absolute. */
export function path() {
  const schema = text()
  keyDescriptions.add(schema, { title: 'path' })
  return schema
}

/** An http or https URL. Its text is not quoted in errors: it may hold a password. */
export function httpUrl() {
  return z.pipe(
    text(),
    parsed(value => {
      const url = URL.canParse(value) ? new URL(value) : undefined
      if (url === undefined || !/^https?:$/.test(url.protocol)) {
        throw new ConfigurationError('this is not an http or https URL', {
          hint: 'write it whole, such as https://vault.example.com:8200',
        })
      }
      if (url.username === '' && url.password === '') return value
      throw new ConfigurationError('the URL holds a credential, which does not belong in a configuration', {
        hint: 'remove the part before "@"',
      })
    }),
  )
}

/** A transform whose ConfigurationError becomes an issue with its hint. */
function parsed<Result>(parse: (text: string) => Result) {
  return z.transform((value: string, context: z.core.ParsePayload): Result => {
    try {
      return parse(value)
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      context.issues.push({
        code: 'custom',
        message: issueText(error.message, error.hint ?? ''),
        input: value,
      })
      return z.NEVER
    }
  })
}

function withoutUnit(input: unknown, examples: string): string | undefined {
  if (typeof input !== 'number') return undefined
  return issueText(`${input} has no unit`, `write a number and a unit, such as ${examples}`)
}

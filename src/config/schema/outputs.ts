import * as z from 'zod/mini'
import { quote } from '../quote.ts'
import { described, duration, issueText, mode, numericId, path, text } from './scalars.ts'
import { templateKeys } from './templates.ts'

const formats = ['raw', 'json', 'yaml', 'toml', 'properties', 'dotenv', 'pgpass'] as const

/** A program and its arguments. */
export function argumentsSchema() {
  return z.array(z.string(), { error: argumentsError }).check(z.minLength(1))
}

/** A program that validates, written out; a list of arguments alone is one with the defaults of this. */
export const programSchema = z.strictObject({
  command: described(
    argumentsSchema(),
    'The program and its arguments; `{path}` stands for what is to be checked.',
  ),
  timeout: described(z.prefault(duration(), '10s'), 'When it is killed and counts as failed.'),
})

const validateSchema = z.union(
  [z.enum(['json', 'yaml', 'toml', 'pem'], { error: validateError }), argumentsSchema(), programSchema],
  { error: validateError },
)

const validateText =
  'What must accept the content before it is published: `json`, `yaml`, `toml`, `pem` (the key fits the ' +
  'certificate), or a program with its arguments, in which `{path}` stands for what is to be checked.'

const file = {
  value: described(
    z.optional(text()),
    'One field, as it is: `name.field` of a declared secret, or a whole reference.',
  ),
  secret: described(z.optional(text()), 'A declared secret, written in `format`.'),
  format: described(z.optional(z.enum(formats)), 'How `secret` is written.'),
  template: described(z.optional(path()), 'A file that holds a template.'),
  contents: described(z.optional(z.string()), 'A template written here.'),
  ...templateKeys,
  owner: described(z.optional(numericId()), 'The uid that owns it; without it `defaults.owner`.'),
  group: described(z.optional(numericId()), 'Its gid; without it `defaults.group`.'),
  mode: described(z.optional(mode()), 'Its permission bits in octal; without it `defaults.mode`.'),
  allow_world_access: described(
    z.optional(z.boolean()),
    'Accept a mode that lets every user read or write it; without it such a mode is a mistake.',
  ),
  validate: described(z.optional(validateSchema), validateText),
}

const fileSchema = z.strictObject(file, { error: mappingError })

/** One output: a file, or a directory of files whose path ends in "/". */
export const outputSchema = z.strictObject(
  {
    ...file,
    files: described(
      z.optional(z.record(text(), fileSchema)),
      'For a directory: its files by name, published together. `owner`, `group`, `mode`, `allow_world_access`, ' +
        '`delimiters` and `error_on_missing_key` beside it are for those files that do not say otherwise; `validate` ' +
        'is given the directory.',
    ),
  },
  { error: mappingError },
)

export type FileInput = z.output<typeof fileSchema>
export type OutputInput = z.output<typeof outputSchema>
export type ValidateInput = z.output<typeof validateSchema>

function mappingError(issue: { readonly code: string; readonly input?: unknown }): string | undefined {
  if (issue.code !== 'invalid_type' || typeof issue.input !== 'string') return undefined
  return issueText(`${quote(issue.input)} is not a mapping`, 'write it like { value: db.password }')
}

function validateError(issue: { readonly input?: unknown }): string {
  return issueText(
    `${quote(issue.input)} is no way to validate`,
    'write json, yaml, toml, pem, or a program as a list of its arguments',
  )
}

function argumentsError(issue: { readonly input?: unknown }): string | undefined {
  if (typeof issue.input !== 'string') return undefined
  return issueText('a program is a list of arguments', 'write it like ["nginx", "-t"]; no shell reads it')
}

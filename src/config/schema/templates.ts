import * as z from 'zod/mini'
import { quote } from '../quote.ts'
import { described, issueText, keyDescriptions, path, size } from './scalars.ts'

/** Functions by which a template reaches outside of the secrets. */
const outsideFunctions = ['env', 'mustEnv', 'envOrDefault', 'file', 'timestamp', 'writeToFile'] as const

/** How deep a template may go; the stack of the engine holds some more than the largest. */
const mostDepth = 600

const limits = z.strictObject({
  steps: described(
    z.prefault(z.int().check(z.gte(1_000)), 1_000_000),
    'Of tokens, rounds, calls and what they work on: the least takes one, so that a million takes a few seconds at most.',
  ),
  output: described(
    z.prefault(size(), '4MiB'),
    'The size of what one template or format makes, and of every text on the way there.',
  ),
  depth: described(
    z.prefault(z.int().check(z.gte(10), z.lte(mostDepth)), 500),
    'Of blocks, parentheses, templates that call templates, and lists and maps within one another; at most 600.',
  ),
  pattern: described(
    z.prefault(z.int().check(z.gte(100)), 100_000),
    'Of a regular expression: about the instructions that it compiles to, and five times its characters.',
  ),
})

/** What all templates of the configuration may do. */
export const templatesSchema = z.strictObject({
  allow: described(
    z.prefault(z.array(z.enum(outsideFunctions)), []),
    'Functions that reach outside of the secrets, by name; one that is not named here is a mistake where a template calls it.',
  ),
  read_below: described(
    z.optional(z.array(path())),
    'With `file`: the directories whose files it may read; no link leads out of them.',
  ),
  write_below: described(
    z.optional(z.array(path())),
    'With `writeToFile`: the directories that it may put files into, besides that of the output that calls it.',
  ),
  limits: described(z.prefault(limits, {}), 'What one rendering may take.'),
})

/** How one template is read. */
export const templateKeys = {
  delimiters: described(
    z.optional(delimiters()),
    'What opens and closes an action of its template, such as `["[[", "]]"]`; without it `["{{", "}}"]`.',
  ),
  error_on_missing_key: described(
    z.optional(z.boolean()),
    'With `false` a key that its template names and that is not there prints `<no value>`; without it that is an error.',
  ),
}

function delimiters() {
  const schema = z.tuple([delimiter(), delimiter()], { error: delimitersError })
  keyDescriptions.add(schema, { title: 'two texts' })
  return schema
}

function delimiter() {
  return z.string().check(
    z.regex(/^\S+$/, {
      error: issue =>
        issueText(`${quote(issue.input)} is no delimiter`, 'write it without white space, such as "[["'),
    }),
  )
}

function delimitersError(issue: { readonly code: string; readonly input?: unknown }): string | undefined {
  if (issue.code !== 'invalid_type' && issue.code !== 'too_small' && issue.code !== 'too_big')
    return undefined
  return issueText('delimiters are two texts', 'write them like ["[[", "]]"]')
}

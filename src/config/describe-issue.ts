import type * as z from 'zod/mini'
import { didYouMean } from '../core/suggest.ts'
import { isData } from './data.ts'
import { quote } from './quote.ts'
import { issueText } from './schema/scalars.ts'

/** What is wrong, for the issues whose schema does not say so itself. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return typeText(issue.input, issue.expected)
    case 'invalid_value':
      return choiceText(issue.input, issue.values.map(String))
    case 'invalid_union':
      return discriminatorText(issue)
    case 'too_small':
      if (issue.origin === 'number')
        return issueText(`${issue.input} is too small`, `write at least ${issue.minimum}`)
      return issue.origin === 'array' ? 'the list is empty' : 'the text is empty'
    case 'too_big':
      return issueText(`${issue.input} is too large`, `write at most ${issue.maximum}`)
    case 'unrecognized_keys':
      // Not a text for people: only here the schema is at hand, and `findFlaws` makes a message for each key of it.
      return issue.inst !== undefined && 'shape' in issue.inst._zod.def
        ? Object.keys(Object(issue.inst._zod.def.shape)).join(' ')
        : ''
    default:
      return undefined
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

function typeText(input: unknown, expected: string): string {
  if (input === null) return 'nothing is written here'
  const wrong = `${quote(input)} is not ${typeNames[expected] ?? expected}`
  return expected === 'string' && typeof input !== 'object' ? issueText(wrong, 'put it in quotes') : wrong
}

/** Only for a union whose alternatives a key tells apart; the others have a text of their own, or an alternative's. */
function discriminatorText(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const { discriminator } = issue
  const key = String(discriminator)
  const value = isData(issue.input) ? issue.input[key] : issue.input
  const text = choiceText(value, discriminatorsOf(issue))
  return key !== 'type' || text.includes('\n') ? text : issueText(text, 'say of which kind it is by "type"')
}

function choiceText(input: unknown, choices: readonly string[]): string {
  const hint = typeof input === 'string' ? didYouMean(input, choices) : undefined
  if (choices.length === 1) return `${quote(input)} is not ${choices[0]}`
  const message = `${quote(input)} is not one of ${choices.join(', ')}`
  return hint === undefined ? message : issueText(message, hint)
}

/** The values of the key that tells the alternatives of a union apart, where one does. */
export function discriminatorsOf(issue: object): readonly string[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
}

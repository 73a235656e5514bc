import { formatDuration } from '../core/duration.ts'
import { KeyturnError, PublishError } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import type { Target, Validation } from '../core/output.ts'
import { runProgram } from '../platform/run-program.ts'
import { problemOfPem } from './validate-pem.ts'

export interface StagedContent {
  readonly output: Target
  /** In the order of `output.files`. */
  readonly contents: readonly Uint8Array[]
  /** Where the file, or the directory of files, is staged. */
  readonly path: string
}

/**
 * Checks each file of an output as it asks for, then the output as a whole.
 * A program gets the staged path in place of `{path}` and nothing else of it; what it prints is not looked at.
 * @throws PublishError that holds nothing of the content; the signal's reason
 */
export async function validateOutput(
  { output, contents, path }: StagedContent,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, file] of output.files.entries()) {
    if (file.validate === undefined) continue
    const staged = file.name === '' ? path : `${path}/${file.name}`
    const name = file.name === '' ? output.path : `${output.path}/${file.name}`
    await validate(file.validate, { name, path: staged, contents: contents.slice(index, index + 1) }, signal)
  }
  if (output.validate === undefined) return
  await validate(output.validate, { name: output.path, path, contents }, signal)
}

interface Subject {
  readonly name: string
  readonly path: string
  readonly contents: readonly Uint8Array[]
}

async function validate(validation: Validation, subject: Subject, signal: AbortSignal): Promise<void> {
  if ('command' in validation) return validateByProgram(validation, subject, signal)
  const problem = await problemOf(validation.builtin, subject.contents)
  if (problem === undefined) return
  throw new PublishError(`"${subject.name}" is not valid ${validation.builtin}: ${problem}`, {
    hint: 'the earlier content stays until a valid one can be rendered',
  })
}

async function problemOf(
  builtin: 'json' | 'yaml' | 'toml' | 'pem',
  contents: readonly Uint8Array[],
): Promise<string | undefined> {
  const texts = contents.map(textOf)
  if (!texts.every(text => text !== undefined)) return 'not UTF-8'
  if (builtin === 'pem') return problemOfPem(texts)
  const parse = { json: problemOfJson, yaml: problemOfYaml, toml: problemOfToml }[builtin]
  for (const text of texts) {
    const problem = await parse(text)
    if (problem !== undefined) return problem
  }
  return undefined
}

function textOf(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined
  }
}

function problemOfJson(text: string): string | undefined {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    // Its message names an offset and nothing of the text.
    return error instanceof SyntaxError ? error.message : 'it cannot be parsed'
  }
}

/** The parsers' own messages quote the text: only the place is passed on. */
async function problemOfYaml(text: string): Promise<string | undefined> {
  const { parseAllDocuments } = await import('yaml')
  const documents = parseAllDocuments(text, { logLevel: 'silent' })
  const [error] = Array.isArray(documents) ? documents.flatMap(document => document.errors) : []
  if (error === undefined) return undefined
  const [place] = error.linePos ?? []
  return `${error.code.toLowerCase()} at line ${place?.line ?? 1}, column ${place?.col ?? 1}`
}

async function problemOfToml(text: string): Promise<string | undefined> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    parse(text)
    return undefined
  } catch (error) {
    if (!(error instanceof TomlError)) return 'it cannot be parsed'
    return `line ${error.line}, column ${error.column}`
  }
}

async function validateByProgram(
  { command, timeoutMs }: Extract<Validation, { command: unknown }>,
  { name, path }: Subject,
  signal: AbortSignal,
): Promise<void> {
  const program = command[0] ?? ''
  const argv = command.map(argument => argument.replaceAll('{path}', () => path))
  const result = await runProgram(argv, { timeoutMs }, signal).catch(error => {
    if (!(error instanceof KeyturnError)) throw error
    throw new PublishError(`"${name}" cannot be validated: ${error.message}`, { hint: error.hint })
  })
  if (result.exitCode === 0 && !result.timedOut) return
  const how = result.timedOut
    ? `did not end within ${formatDuration(timeoutMs)}`
    : result.killedBy === undefined
      ? `ended with exit code ${result.exitCode}`
      : `was ended by ${result.killedBy}`
  throw new PublishError(`"${name}" is not valid: "${program}" ${how}`, {
    hint: 'what the program prints is not shown, for it may hold a value; run it by hand on a file like this one',
  })
}

import { jsonSchema } from '../config/json-schema.ts'
import { type ExitCode, exitCodes } from '../core/errors.ts'
import type { Terminal } from './terminal.ts'

/** Prints the JSON Schema of the configuration. */
export function schema(terminal: Terminal): ExitCode {
  terminal.out(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
  return exitCodes.ok
}

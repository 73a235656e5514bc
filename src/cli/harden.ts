import { ConfigurationError } from '../core/errors.ts'
import type { ProgramContext } from './context.ts'

/** Variables that put foreign code into the process, before any line of ours runs. */
const injectingVariables = ['NODE_OPTIONS', 'LD_PRELOAD', 'OPENSSL_CONF']

/**
 * For a process that is going to hold secrets.
 * @throws ConfigurationError where foreign code may run in it
 */
export function harden({ environment, forbidCoreDumps }: ProgramContext): void {
  const found = injectingVariables.find(name => (environment[name] ?? '') !== '')
  if (found !== undefined) {
    throw new ConfigurationError(`${found} is set, and would put foreign code into the agent`, {
      hint: `unset ${found}`,
    })
  }
  try {
    forbidCoreDumps()
  } catch {
    // A kernel without the filter, or a read-only /proc: nothing is lost but this precaution.
  }
}
